import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { type BenchResults, withMeasures } from "./measures-table";

const results: BenchResults = {
  day: "2026-11-30",
  machine: { cores: 2, processor: "Example CPU ", node: "v24.1.0" },
  load: { before: 0.25, after: 2 },
  rows: [
    {
      measure: "Export | CSV",
      value: 29.46,
      unit: "MB/s",
      limit: 1_234.5,
      limitIs: "copying the file",
      ratio: 0.0239,
      note: "one run",
    },
  ],
};
const documentOf = (table: string): string =>
  `# Benchmarks\n\n<!-- measures: npm run docs:benchmarks writes this part -->\n${table}\n<!-- end of measures -->\n\n## The log\n`;

test("the table takes the place of the one before, with the day, the machine and each figure", () => {
  const written = withMeasures(documentOf("| old | table |"), results);
  expect(written).toContain(
    "Measured on 2026-11-30 with 2 processors (Example CPU), Node.js v24.1.0; load 0.3 before and 2.0 after.",
  );
  expect(written).toContain(
    "| Export \\| CSV | 29.5 MB/s | 1,235 (copying the file) | 0.02 | one run |",
  );
  expect(written).not.toContain("old");
  expect(written.startsWith("# Benchmarks\n")).toBe(true);
  expect(written.endsWith("<!-- end of measures -->\n\n## The log\n")).toBe(true);
  expect(withMeasures(written, results)).toBe(written);
});

test.each(["# Benchmarks\n", "<!-- end of measures -->\n"])(
  "a document without a place for the table is refused",
  (text) => {
    expect(() => withMeasures(text, results)).toThrow('no place for the table "measures"');
  },
);

test("docs/benchmarks.md has a place for the table", () => {
  const text = readFileSync(join(findRepoRoot(), "docs", "benchmarks.md"), "utf8");
  expect(withMeasures(text, results)).toContain("Measured on 2026-11-30");
});
