import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lintCases } from "./lint-cases";
import { buildFixture } from "./lint-parts";

// tools/node --import tsx testing/pki/write-lint-fixtures.ts: writes the fixtures again. The same bytes each
// time.

for (const [code, { kind = "leaf", fails, passes }] of Object.entries(lintCases)) {
  const folder = join(import.meta.dirname, "lint", code);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "fails.der"), buildFixture(kind, fails));
  writeFileSync(join(folder, "passes.der"), buildFixture(kind, passes));
}
