import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lintCases } from "@/lib/pki/testdata/lint-cases";
import { buildFixture } from "@/lib/pki/testdata/lint-parts";

// npx tsx lib/pki/testdata/write-lint-fixtures.ts: writes the fixtures anew. The same bytes each time.

for (const [code, { kind = "leaf", fails, passes }] of Object.entries(lintCases)) {
  const folder = join(import.meta.dirname, "lint", code);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "fails.der"), buildFixture(kind, fails));
  writeFileSync(join(folder, "passes.der"), buildFixture(kind, passes));
}
