import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const tests = globSync("{app,cli,clients,components,lib,server,testing,tools}/**/*.test.ts", {
  cwd: root,
});

// Other files share a worker's modules (vitest.config.ts), so that a replaced one would leak.
test("only files named *.mocked.test.ts replace modules", () => {
  const replacing = tests.filter((file) =>
    /\bvi\.(do)?mock\(/i.test(readFileSync(join(root, file), "utf8")),
  );
  expect(replacing.length).toBeGreaterThan(0);
  expect(replacing.filter((file) => !file.endsWith(".mocked.test.ts"))).toEqual([]);
});
