import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const folders: string[] = [];

// Written into the real folders, since a rule looks at where a file lies.
function findingsOf(place: string, source: string): string {
  mkdirSync(join(root, dirname(place)), { recursive: true });
  const folder = mkdtempSync(join(root, dirname(place), "lint-fixture-"));
  folders.push(folder);
  const file = join(folder, "fixture.ts");
  writeFileSync(file, source);
  try {
    execFileSync(
      join(root, "node_modules/.bin/oxlint"),
      ["--config", join(root, ".oxlintrc.json"), file],
      { cwd: root, encoding: "utf8", stdio: "pipe" },
    );
    return "";
  } catch (error) {
    return String((error as { stdout?: string }).stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const importing = (target: string): string =>
  `import * as it from "${target}";\nexport const used = it;\n`;

describe("who may import whom", () => {
  it.each([
    ["app/x", "@/server/main"],
    ["app/x", "@/lib/db/database"],
    ["app/x", "@/lib/signers/client"],
    ["app/x", "@/lib/certificates/issuing-repository"],
    ["server/x", "@/app/layout"],
    ["server/x", "@/components/ui/button"],
    ["server/x", "@/lib/certificates/issuing-repository"],
    ["components/certificates/x", "@/lib/certificates/issue-certificate"],
    ["components/certificates/x", "@/app/layout"],
    ["components/ui/x", "@/components/certificates/issue-form"],
    ["components/ui/x", "@/lib/certificates/schema"],
    ["lib/certificates/x", "@/server/main"],
    ["lib/certificates/x", "@/app/layout"],
    ["lib/certificates/x", "@/lib/db/database"],
    ["lib/certificates/x", "@/lib/http/problem"],
    ["lib/certificates/x", "@/lib/runtime"],
    ["lib/certificates/x", "@/lib/authorities/crl-repository"],
    ["lib/certificates/x", "next/headers"],
    ["lib/certificates/x", "pg"],
    ["lib/certificates/x", "@peculiar/x509"],
    ["lib/pki/x", "@/lib/db/database"],
    ["lib/pki/x", "@/lib/certificates/schema"],
    ["lib/pki/x", "node:fs"],
    ["cli/x", "@/app/layout"],
  ])("%s does not import %s", (place, target) => {
    expect(findingsOf(place, importing(target))).toMatch(/may not import/);
  });

  it.each([
    ["app/x", "@/lib/certificates/issue-certificate"],
    ["server/x", "@/lib/certificates/issue-certificate"],
    ["components/certificates/x", "@/lib/certificates/schema"],
    ["lib/certificates/x", "@/lib/pki/plan"],
    ["lib/pki/x", "@/lib/errors/app-error"],
  ])("%s imports %s", (place, target) => {
    expect(findingsOf(place, importing(target))).toBe("");
  });
});

describe("what comes in as an argument", () => {
  it.each([
    ["the time", "export const at = new Date();\n"],
    ["the time", "export const at = Date.now();\n"],
    ["randomness", "export const dice = Math.random();\n"],
    [
      "randomness",
      'import { randomBytes } from "node:crypto";\nexport const some = randomBytes(4);\n',
    ],
    ["the environment", "export const host = process.env.HOST;\n"],
  ])("%s does not come from %s", (what, source) => {
    expect(findingsOf("lib/certificates/x", source)).toContain(`${what} comes in as an argument`);
  });

  it("a date made from a value is fine", () => {
    expect(findingsOf("lib/pki/x", "export const epoch = new Date(0);\n")).toBe("");
  });
});
