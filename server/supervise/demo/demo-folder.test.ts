import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openDemoFolder, refuseDemoFolder } from "./demo-folder";

let folder = "";
const markPath = () => join(folder, "demo.json");
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "chancery-demo-folder-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("the folder of a demonstration", () => {
  test("is marked when it is new, for its owner alone, with a password that no other one has", () => {
    writeFileSync(join(folder, "lock"), "{}");
    const { password, isFilled } = openDemoFolder(folder, {});
    expect(isFilled).toBe(false);
    expect(password).toMatch(/^[\w-]{20}$/);
    expect(statSync(markPath()).mode & 0o777).toBe(0o600);
    const other = mkdtempSync(join(tmpdir(), "chancery-demo-folder-"));
    expect(openDemoFolder(other, {}).password).not.toBe(password);
    rmSync(other, { recursive: true, force: true });
  });

  test("opens again with its password once it was filled, and is not filled again", () => {
    const made = openDemoFolder(folder, {});
    made.setFilled();
    const again = openDemoFolder(folder, {});
    expect(again).toMatchObject({ password: made.password, isFilled: true });
  });

  test("is refused if it was left half filled, whatever is in it", () => {
    openDemoFolder(folder, {});
    expect(() => openDemoFolder(folder, {})).toThrow(/was interrupted while it was made/);
  });

  test.each(["pg", "kek", "run.json", "witness", "lockfile", "demo.json.old"])(
    "is never one that holds %s of an installation without the mark",
    (name) => {
      writeFileSync(join(folder, name), "");
      expect(() => openDemoFolder(folder, {})).toThrow(/is no demonstration/);
      expect(existsSync(markPath())).toBe(false);
    },
  );

  test.each([
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "DATABASE_SIGNER_URL",
    "CHANCERY_KEK",
    "CHANCERY_KEK_FILE",
    "CHANCERY_WITNESS_DIR",
    "CHANCERY_WITNESS_POLICY",
    "CHANCERY_TSA_URL",
    "CHANCERY_BACKUP_DIR",
    "CHANCERY_ADMIN_EMAIL",
    "CHANCERY_ADMIN_PASSWORD",
    "CHANCERY_ORGANIZATION",
    "CHANCERY_DOMAINS",
  ])("is not made, and nothing is written, while %s is set", (name) => {
    expect(() => openDemoFolder(folder, { [name]: "of another installation" })).toThrow(
      `Unset ${name}`,
    );
    expect(existsSync(markPath())).toBe(false);
  });

  test.each(["", "{}", "null", "not JSON", '{"password":1,"filledAt":null}'])(
    "is refused, and left as it is, if its mark is %j",
    (text) => {
      writeFileSync(markPath(), text);
      expect(() => openDemoFolder(folder, {})).toThrow(/can't be read/);
      expect(readFileSync(markPath(), "utf8")).toBe(text);
    },
  );
});

describe("an ordinary start", () => {
  test("accepts a folder without the mark", () => {
    expect(() => refuseDemoFolder(folder)).not.toThrow();
  });

  test.each(["{}", "", '{"password":"x","filledAt":"2026-01-01T00:00:00Z"}'])(
    "refuses a folder with the mark, also with one that says %j",
    (text) => {
      writeFileSync(markPath(), text);
      expect(() => refuseDemoFolder(folder)).toThrow(/history is invented.*npm run demo/);
    },
  );
});
