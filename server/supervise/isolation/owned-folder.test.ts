import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeOwnedFolder } from "./owned-folder";

const user = { uid: 60_901, gid: 60_900 };
let base = "";
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "chancery-owned-"));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

describe.runIf(process.getuid?.() === 0)("a folder that root hands over", () => {
  test("a new folder is its user's alone", () => {
    const folder = join(base, "a/witness");
    makeOwnedFolder(folder, user);
    expect(statSync(folder)).toMatchObject(user);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(base, "a")).uid).toBe(0);
  });

  test("what an earlier version wrote as root is handed over with it", () => {
    const folder = join(base, "witness");
    mkdirSync(join(folder, "deeper"), { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, "deeper", "one.checkpoint"), "", { mode: 0o600 });
    makeOwnedFolder(folder, user);
    for (const path of [folder, join(folder, "deeper"), join(folder, "deeper/one.checkpoint")])
      expect(statSync(path)).toMatchObject(user);
  });

  test("a link in it is never followed", () => {
    const folder = join(base, "witness");
    const outside = join(base, "outside");
    mkdirSync(folder, { mode: 0o700 });
    writeFileSync(outside, "");
    symlinkSync(outside, join(folder, "link"));
    makeOwnedFolder(folder, user);
    expect(statSync(outside).uid).toBe(0);
    expect(lstatSync(join(folder, "link")).uid).toBe(user.uid);
  });

  test.each([0o755, 0o1777, 0o750])(
    "a folder of mode %o with something in it is used by others, so it is refused and left as it is",
    (mode) => {
      const folder = join(base, "shared");
      mkdirSync(folder);
      writeFileSync(join(folder, "of others"), "");
      chmodSync(folder, mode);
      expect(() => makeOwnedFolder(folder, user)).toThrow(/chmod 700/);
      expect(statSync(folder).uid).toBe(0);
      expect(statSync(join(folder, "of others")).uid).toBe(0);
    },
  );
});
