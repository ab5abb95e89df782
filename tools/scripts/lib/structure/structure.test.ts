import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { measure } from "./measure.mjs";
import { report } from "./report.mjs";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function linesAbout(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "chancery-structure-"));
  folders.push(folder);
  for (const [path, source] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), source);
  }
  const written: string[] = [];
  const problems = report(await measure(folder, Object.keys(files)), (line: string) =>
    written.push(line),
  );
  return `${problems} problems\n${written.join("\n")}`;
}

const importing = (target: string, what = "import type { A }") =>
  `${what} from "${target}";\nexport type B = A;\n`;

test("two files that import each other's types are reported as a cycle", async () => {
  const files = { "lib/a/one.ts": importing("./two"), "lib/a/two.ts": importing("@/lib/a/one") };
  expect(await linesAbout(files)).toMatch(
    /1 problems[^]*a cycle of files: lib\/a\/one\.ts, lib\/a\/two\.ts/,
  );
});

test("two nouns of lib that import each other are reported as a cycle, without a cycle of files", async () => {
  const files = {
    "lib/a/one.ts": importing("@/lib/b/one"),
    "lib/b/one.ts": "export type A = 1;\n",
    "lib/b/two.ts": importing("@/lib/a/two"),
    "lib/a/two.ts": "export type A = 1;\n",
  };
  expect(await linesAbout(files)).toMatch(
    /1 problems[^]*0 of files[^]*a cycle of nouns: lib\/a, lib\/b/,
  );
});

test("a test that imports what imports its own place makes no cycle of nouns", async () => {
  const files = {
    "lib/a/one.ts": importing("@/lib/b/one"),
    "lib/b/one.ts": "export type A = 1;\n",
    "lib/b/one.test.ts": importing("@/lib/a/one"),
  };
  expect(await linesAbout(files)).toMatch(/^0 problems/);
});

test("a file of 351 lines and a function of 61 are reported, one line less of each is not", async () => {
  const file = (lines: number) => "export const a = 1;\n".repeat(lines);
  const body = (lines: number) => `export function f() {\n${"  void 0;\n".repeat(lines - 2)}}\n`;
  const about = (lines: number, of: number) =>
    linesAbout({
      "lib/a/long.ts": file(lines),
      "lib/a/f.ts": body(of),
      "lib/a/g.ts": "",
      "lib/a/h.ts": "",
    });
  expect(await about(350, 60)).toMatch(/^0 problems/);
  expect(await about(351, 61)).toMatch(/2 problems[^]*long\.ts has 351 lines[^]*f has 61 lines/);
});
