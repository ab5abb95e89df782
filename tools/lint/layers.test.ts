import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

type Plant = readonly [path: string, source: string, finding: RegExp];
const importing = (target: string): string =>
  `import * as it from "${target}";\nexport const used = it;\n`;
const mayNot = (path: string, target: string): Plant => [path, importing(target), /may not import/];

/** Each of these was accepted by an earlier set of rules that said it refused them. */
const planted: readonly (readonly [promise: string, plant: Plant])[] = [
  [
    "a use case does not import the session",
    mayNot("lib/certificates/x", "@/lib/auth/session-actor"),
  ],
  [
    "a use case does not import the seam of server actions",
    mayNot("lib/certificates/x", "@/lib/auth/act"),
  ],
  [
    "a component imports types, not whatever begins with types",
    mayNot("components/certificates/x", "@/lib/log/types-of-proof"),
  ],
  [
    "a component imports another noun's shared components alone",
    mayNot("components/certificates/x", "@/components/accounts/account-actions"),
  ],
  ["lib/http does not open the database", mayNot("lib/http/x", "@/lib/db/database")],
  ["server does not open the database", mayNot("server/api/x", "@/lib/db/database")],
  [
    "a noun does not import what is inside another",
    mayNot("lib/identities/x", "@/lib/alerts/read/rule-state"),
  ],
  ["a room of the log does not open the database", mayNot("lib/log/verify/x", "@/lib/db/database")],
  [
    "a room of the log imports the rooms of its row alone",
    mayNot("lib/log/tree/x", "@/lib/log/publish/publisher"),
  ],
  [
    "a test of lib does not import server",
    mayNot("lib/log/publish/x.test", "@/server/signer/make-signer"),
  ],
  ["a test of lib does not import pages", mayNot("lib/certificates/x.test", "@/app/layout")],
  [
    "a service class is refused",
    ["lib/certificates/x", "export class Service {\n  readonly at = 1;\n}\n", /use a function/],
  ],
  [
    "a barrel file is refused",
    ["lib/certificates/x", 'export * from "./schema";\n', /no barrel files/],
  ],
  [
    "a named re-export is refused",
    ["lib/certificates/x", 'export { used } from "./schema";\n', /no barrel files/],
  ],
  [
    "performance.now is a clock",
    ["lib/pki/x", "export const at = performance.now();\n", /the time comes in/],
  ],
  [
    "randomFillSync is randomness",
    [
      "lib/pki/x",
      'import { randomFillSync } from "node:crypto";\nexport const some = randomFillSync(new Uint8Array(4));\n',
      /randomness comes in/,
    ],
  ],
  [
    "crypto.randomInt is randomness",
    [
      "lib/pki/x",
      'import crypto from "node:crypto";\nexport const dice = crypto.randomInt(6);\n',
      /randomness comes in/,
    ],
  ],
  [
    "a clock that is taken out of Date is a clock",
    ["lib/pki/x", "const { now } = Date;\nexport const at = now();\n", /the time comes in/],
  ],
];

const layers: readonly Plant[] = [
  ["app/x", "@/server/gateway/main"],
  ["app/x", "@/lib/db/database"],
  ["app/x", "@/lib/signers/client"],
  ["app/x", "@/lib/issuing/issuing-repository"],
  ["server/x", "@/app/layout"],
  ["server/x", "@/components/ui/button"],
  ["server/x", "@/lib/issuing/issuing-repository"],
  ["server/signer/x", "@/lib/issuing/issue-certificate"],
  ["server/supervise/x", "@/lib/accounts/create-account"],
  ["components/certificates/x", "@/lib/issuing/issue-certificate"],
  ["components/certificates/x", "@/app/layout"],
  ["components/ui/x", "@/components/certificates/issue-form"],
  ["components/ui/x", "@/lib/certificates/schema"],
  ["lib/certificates/x", "@/server/gateway/main"],
  ["lib/certificates/x", "@/app/layout"],
  ["lib/certificates/x", "@/testing/database/test-database"],
  ["lib/certificates/x", "@/lib/db/database"],
  ["lib/certificates/x", "@/lib/http/problem"],
  ["lib/certificates/x", "@/lib/runtime/get-deps"],
  ["lib/certificates/x", "@/lib/authorities/crl-repository"],
  ["lib/certificates/x", "next/headers"],
  ["lib/certificates/x", "pg"],
  ["lib/certificates/x", "@peculiar/x509"],
  ["lib/certificates/x", "left-pad"],
  ["lib/certificates/crl-repository", "@/lib/issuing/issue-certificate"],
  ["lib/log/record/x", "@/lib/certificates/get-certificate"],
  ["lib/log/pure/x", "node:crypto"],
  ["lib/access/x", "@/lib/log/entry"],
  ["lib/net/x", "@/lib/certificates/schema"],
  ["lib/pki/x", "@/lib/db/database"],
  ["lib/pki/x", "@/lib/certificates/schema"],
  ["lib/pki/x", "node:fs"],
  ["cli/x", "@/app/layout"],
  ["clients/x", "@/lib/format/ids"],
  ["elsewhere/x", "@/lib/format/ids"],
].map(([path = "", target = ""]) => [path, importing(target), /may not import|has no row/]);

const impure: readonly Plant[] = [
  ["lib/certificates/x", "export const at = new Date();\n", /the time/],
  ["lib/certificates/x", "export const at = Date();\n", /the time/],
  ["lib/certificates/x", "export const at = Date.now();\n", /the time/],
  ["lib/certificates/x", "export const at = process.hrtime.bigint();\n", /the time/],
  [
    "lib/certificates/x",
    'import { performance as p } from "node:perf_hooks";\nexport const at = p;\n',
    /the time/,
  ],
  ["lib/certificates/x", "export const dice = Math.random();\n", /randomness/],
  ["lib/certificates/x", "export const id = globalThis.crypto.randomUUID();\n", /randomness/],
  [
    "lib/certificates/x",
    "const { getRandomValues } = crypto;\nexport const get = getRandomValues;\n",
    /randomness/,
  ],
  [
    "lib/certificates/x",
    'import { randomBytes as r } from "node:crypto";\nexport const some = r(4);\n',
    /randomness/,
  ],
  ["lib/certificates/x", "export const host = process.env.HOST;\n", /the environment/],
  [
    "lib/certificates/x",
    "const { env } = process;\nexport const host = env.HOST;\n",
    /the environment/,
  ],
  [
    "lib/certificates/x",
    'import { env } from "node:process";\nexport const host = env.HOST;\n',
    /the environment/,
  ],
  ["lib/pki/x", "export const later = (): unknown => setTimeout(() => {}, 1);\n", /a timer/],
];

const accepted: readonly (readonly [path: string, source: string])[] = [
  ["app/ok", importing("@/lib/issuing/issue-certificate")],
  ["server/ok", importing("@/lib/issuing/issue-certificate")],
  ["server/api/ok", importing("@hono/zod-openapi")],
  ["components/certificates/ok", importing("@/lib/certificates/schema")],
  ["components/certificates/ok2", importing("@/components/shared/identities/identity-picker")],
  ["lib/certificates/ok", importing("@/lib/pki/plan")],
  ["lib/certificates/ok2", importing("@/lib/runtime/deps")],
  ["lib/certificates/ok3", importing("@/lib/identities/get-identity")],
  ["lib/certificates/certificate-repository", importing("@/lib/db/database")],
  ["lib/certificates/ok.test", importing("@/testing/database/test-database")],
  ["lib/pki/ok", importing("@/lib/errors/app-error")],
  ["lib/pki/ok2", "export const epoch = new Date(0);\n"],
  ["lib/errors/ok", "export class Refused extends Error {}\n"],
];

type Fixture = Readonly<{ file: string; source: string }>;
let folder = "",
  findings: ReadonlyMap<string, string> = new Map();
const fixtures = new Map<Plant | readonly [string, string], Fixture>();

// A rule looks at a file's path, so the fixtures are in a tree of the same shape; one run of the linter reads them all.
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "chancery-lint-"));
  const all = [...planted.map(([, plant]) => plant), ...layers, ...impure, ...accepted];
  all.forEach((plant, index) => {
    const [path, source] = plant;
    // Each gets its own number; repositories and tests keep the ending by which a rule knows them.
    const file = `${path.replace(/\/(?=[^/]*$)/, `/f${index}-`)}.ts`;
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), source);
    fixtures.set(plant, { file, source });
  });
  const run = spawnSync(
    join(root, "node_modules/.bin/oxlint"),
    ["--config", join(root, ".oxlintrc.json"), "--format", "json", "."],
    { cwd: folder, encoding: "utf8", maxBuffer: 2 ** 26 },
  );
  const report = JSON.parse(run.stdout) as {
    diagnostics: readonly { filename: string; message: string }[];
  };
  const byFile = new Map<string, string>();
  for (const { filename, message } of report.diagnostics)
    byFile.set(filename, `${byFile.get(filename) ?? ""}${message}\n`);
  findings = byFile;
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const findingsOf = (plant: Plant | readonly [string, string]): string =>
  findings.get(fixtures.get(plant)?.file ?? "") ?? "";

describe("imports that an earlier rule allowed", () => {
  test.each(planted)("%s", (_promise, plant) => {
    expect(findingsOf(plant)).toMatch(plant[2]);
  });
});

describe("import layers", () => {
  test.each(layers.map((plant) => [plant[0], /"(.*)"/.exec(plant[1])?.[1], plant] as const))(
    "%s does not import %s",
    (_path, _target, plant) => {
      expect(findingsOf(plant)).toMatch(plant[2]);
    },
  );
});

describe("what comes in as an argument", () => {
  test.each(
    impure.map((plant) => [plant[0], plant[1].trim().replaceAll("\n", " "), plant] as const),
  )("%s does not say: %s", (_path, _source, plant) => {
    expect(findingsOf(plant)).toMatch(plant[2]);
  });
});

test.each(accepted.map((one) => [one[0], one[1].trim().split("\n")[0], one] as const))(
  "%s is accepted: %s",
  (_path, _source, one) => {
    expect(findingsOf(one)).toBe("");
  },
);
