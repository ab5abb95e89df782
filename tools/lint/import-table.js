import {
  room,
  ground,
  access,
  pki,
  dependencyTypes,
  logRoot,
  logPure,
  newKeys,
  everyRoom,
  nouns,
  schemas,
  anyNode,
  outgoing,
  nodeCryptoOnly,
  useCase,
} from "./import-groups.js";
import { processRows } from "./import-table-processes.js";
import { testRows } from "./import-table-tests.js";

/**
 * Who may import whom (docs/architecture.md). The first row whose `files` match a file is its row; what a row does not
 * list is refused, and so is a file that has no row. Patterns are paths from the root without extension: `*` is one
 * segment or a part of one, `**` any number of them, `<same>` the noun and `<room>` the folder of the
 * importing file. The last pattern that
 * matches decides; a leading `!` refuses.
 */

export const table = [
  ...testRows,

  // Ways in for people.
  {
    name: "app",
    files: ["app/**"],
    imports: [
      ...nouns,
      ...everyRoom,
      ...ground,
      ...access,
      "app/**",
      "components/**",
      "public/**",
      "lib/http/*",
      "lib/auth/*",
      "lib/runtime/*",
    ],
    packages: [
      "react",
      "next",
      "next/*",
      "next-auth",
      "next-auth/**",
      "zod",
      "lucide-react",
      ...anyNode,
    ],
  },
  {
    name: "components/ui",
    files: ["components/ui/**"],
    imports: ["components/ui/**", "lib/format/**"],
    packages: ["react", "react-dom", "next/*", "radix-ui", "clsx", "lucide-react", "recharts"],
  },
  {
    name: "components shared by nouns",
    files: ["components/{layout,forms,filters,shared}/**"],
    imports: [
      "components/{ui,layout,forms,filters,shared}/**",
      "lib/format/**",
      ...schemas,
      "lib/access/*",
    ],
    packages: [
      "react",
      "next/*",
      "next-auth/**",
      "radix-ui",
      "clsx",
      "cmdk",
      "lucide-react",
      "zod",
    ],
  },
  {
    name: "components of one noun",
    files: ["components/*/**"],
    imports: [
      "components/{ui,layout,forms,filters,shared}/**",
      "components/*/shared/**",
      "components/<same>/**",
      "lib/format/**",
      ...logPure,
      ...newKeys,
      ...schemas,
    ],
    packages: ["react", "next/*", "next-auth/**", "radix-ui", "clsx", "lucide-react", "zod"],
  },

  // Ways in for machines, and the processes.
  ...processRows,
  {
    name: "the gateway's start",
    files: ["server/gateway/main"],
    imports: [
      ...nouns,
      ...everyRoom,
      ...access,
      ...ground,
      "server/**",
      "lib/db/database",
      "lib/runtime/*",
    ],
    packages: anyNode,
  },
  {
    name: "server",
    files: ["server/**"],
    imports: [
      ...nouns,
      ...everyRoom,
      ...pki,
      ...access,
      ...ground,
      "server/**",
      "lib/http/*",
      "lib/runtime/*",
    ],
    packages: [
      "hono",
      "hono/*",
      "@hono/node-server",
      "@hono/zod-openapi",
      "zod",
      "next",
      ...anyNode,
    ],
  },
  {
    name: "the commands of backups",
    files: ["cli/{main,backup,restore}"],
    imports: ["cli/**", "lib/**", "server/backup/*", "server/supervise/secret-files"],
    packages: anyNode,
  },
  {
    name: "the command line",
    files: ["cli/**"],
    imports: ["cli/**", "lib/**"],
    packages: ["pg", ...anyNode],
  },
  { name: "a client", files: ["clients/**"], imports: ["clients/**"], packages: anyNode },

  // lib, from the ground up.
  { name: "lib/errors", files: ["lib/errors/**"], imports: ["lib/errors/**"], packages: [] },
  { name: "lib/format/hash", files: ["lib/format/hash"], imports: [], packages: ["node:crypto"] },
  {
    name: "lib/format, what people type",
    files: ["lib/format/{label,search-text}"],
    imports: ["lib/format/**"],
    packages: ["zod"],
  },
  {
    name: "lib/format",
    files: ["lib/format/**"],
    imports: ["lib/format/**", "lib/errors/**"],
    packages: [],
  },
  {
    name: "lib/net",
    files: ["lib/net/**"],
    imports: ["lib/net/**", "lib/errors/**"],
    packages: ["ipaddr.js", "zod"],
  },
  {
    name: "lib/access",
    files: ["lib/access/**"],
    imports: ["lib/access/**", "lib/errors/**"],
    packages: ["zod"],
  },
  {
    name: "lib/pki/x509",
    files: ["lib/pki/x509"],
    imports: ["lib/pki/**", "lib/errors/**", "lib/net/*"],
    packages: ["pkijs", "asn1js", "@peculiar/*", "reflect-metadata", "node:crypto"],
  },
  {
    name: "lib/pki",
    files: ["lib/pki/**"],
    imports: ["lib/pki/**", "lib/errors/**", "lib/net/*"],
    packages: ["node:crypto", "node:url"],
  },
  {
    name: "lib/keys",
    files: ["lib/keys/**"],
    imports: [
      ...newKeys,
      "lib/errors/**",
      "lib/pki/{algorithms,der,general-names,names,oids,pem,types}",
      "lib/pki/held-names/*",
    ],
    packages: ["pkijs", "asn1js"],
  },
  {
    name: "lib/signers",
    files: ["lib/signers/**"],
    imports: ["lib/signers/**", "lib/errors/**", ...pki, ...logPure, ...dependencyTypes],
    packages: anyNode,
  },
  {
    name: "lib/db",
    files: ["lib/db/**"],
    imports: [
      "lib/db/**",
      "lib/errors/**",
      "lib/format/search-terms",
      "lib/runtime/{env,repo-root,monotonic}",
    ],
    packages: ["pg", "@prisma/*", "node:fs", "node:path"],
  },

  // The rooms of the log.
  {
    name: "lib/log/pure",
    files: ["lib/log/pure/**"],
    imports: [...logPure, "lib/errors/**"],
    packages: [],
  },
  {
    name: "lib/log",
    files: ["lib/log/*"],
    imports: [...logRoot, ...logPure, ...ground, ...access, "lib/pki/types"],
    packages: ["zod"],
  },
  {
    name: "a repository of the log",
    files: ["lib/log/*/*-repository"],
    imports: [
      "lib/log/<room>/*",
      ...logRoot,
      ...logPure,
      ...ground,
      ...access,
      ...dependencyTypes,
      "lib/db/*",
    ],
    packages: nodeCryptoOnly,
  },
  room("guards", []),
  room("record", ["sequence"], ["lib/db/*"]),
  room("tree", []),
  room("sequence", ["segments"], ["lib/db/lock-session"]),
  room("derive", ["tree"]),
  room("segments", ["derive", "reconcile", "sequence", "tree"], ["lib/db/snapshot"]),
  room("search", ["record", "segments", "sequence"]),
  room("prove", ["search", "tree"]),
  room(
    "export",
    ["derive", "record", "search", "segments", "sequence", "tree"],
    ["lib/db/{abortable-query,snapshot}"],
  ),
  room("verify", ["derive", "export", "search", "tree"], pki),
  room("cosign", ["tree"]),
  room("anchor", ["record", "tree"], pki),
  room("publish", ["cosign", "derive", "record", "segments", "sequence", "tree"]),
  room("reconcile", [], [...pki, "lib/db/snapshot"]),
  room(
    "live",
    ["anchor", "derive", "guards", "publish", "reconcile", "record", "segments", "tree"],
    ["lib/db/snapshot", "lib/signers/types"],
  ),

  // Nouns.
  {
    name: "a repository",
    files: ["lib/*/*-repository"],
    imports: [
      ...ground,
      ...access,
      ...pki,
      ...dependencyTypes,
      ...logRoot,
      ...logPure,
      "lib/db/**",
      "lib/log/{record,segments}/*",
      "lib/*/*-repository",
      ...schemas,
    ],
    packages: ["node:crypto"],
  },
  {
    name: "lib/http",
    files: ["lib/http/**"],
    imports: ["lib/http/**", ...ground, ...access, ...dependencyTypes, ...schemas, ...logRoot],
    packages: ["zod", ...anyNode],
  },
  {
    name: "lib/auth",
    files: ["lib/auth/**"],
    imports: ["lib/**", "!lib/{db,signers}/**", "!lib/*/*-repository", "lib/auth/**"],
    packages: ["next", "next/*", "next-auth", "next-auth/**", "react", "zod", ...anyNode],
  },
  {
    name: "lib/runtime",
    files: ["lib/runtime/**"],
    imports: ["lib/**"],
    packages: ["zod", ...anyNode],
  },
  {
    name: "a use case",
    files: ["lib/delivery/**", "lib/accounts/**", "lib/witness/**"],
    imports: [...useCase.imports, "lib/<same>/**"],
    packages: [...useCase.packages, ...outgoing, ...anyNode],
  },
  {
    name: "ACME",
    files: ["lib/acme/**"],
    imports: [...useCase.imports, "lib/<same>/**"],
    packages: [...useCase.packages, "jose", "undici", ...anyNode],
  },
  {
    name: "a use case",
    files: ["lib/*/**"],
    imports: [...useCase.imports, "lib/<same>/**"],
    packages: [...useCase.packages, "node:timers/promises"],
  },
  {
    name: "a configuration file",
    files: ["*"],
    imports: ["testing/*"],
    packages: ["next", "vitest/config", "@playwright/test", "prisma/config", "@prisma/*"],
  },
];
