import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { prepareDataFolder } from "./data-folder";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "chancery-data-folder-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const modeOf = (path: string): number => statSync(path).mode & 0o7777;

test("a new data folder is its owner's alone", () => {
  expect(prepareDataFolder(join(folder, "a/data"))).toEqual({ isOpen: false });
  expect(modeOf(join(folder, "a/data"))).toBe(0o700);
});
test.each([0o755, 0o750, 0o777, 0o701, 0o2775])(
  "an existing data folder of mode %o is closed to other users",
  (mode) => {
    const data = join(folder, "data");
    mkdirSync(data);
    chmodSync(data, mode);
    expect(prepareDataFolder(data)).toEqual({ isOpen: false });
    expect(modeOf(data) & 0o777).toBe(0o700);
  },
);
test("a stricter mode is kept", () => {
  const data = join(folder, "data");
  mkdirSync(data);
  chmodSync(data, 0o500);
  expect(prepareDataFolder(data)).toEqual({ isOpen: false });
  expect(modeOf(data)).toBe(0o500);
});
test("a folder that everyone shares, such as /tmp, is left as it is", () => {
  const data = join(folder, "data");
  mkdirSync(data);
  chmodSync(data, 0o1777);
  expect(prepareDataFolder(data)).toEqual({ isOpen: true });
  expect(modeOf(data)).toBe(0o1777);
});
