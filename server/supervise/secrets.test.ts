import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeSetupToken, readKek, readSessionSecret } from "./secrets";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "chancery-secrets-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const settings = (values: Record<string, string> = {}) => values as unknown as NodeJS.ProcessEnv;
const KEY = Buffer.alloc(32, 7).toString("base64");

test.each([
  ["too short", Buffer.alloc(16).toString("base64")],
  ["too long", Buffer.alloc(33).toString("base64")],
  ["hexadecimal", "ab".repeat(32)],
  ["not base64", "ä".repeat(44)],
  ["with a space inside", `${KEY.slice(0, 20)} ${KEY.slice(20)}`],
])("a sealing key that is %s is refused with instructions to create one", (_what, key) => {
  expect(() => readKek(folder, settings({ CHANCERY_KEK: key }), false)).toThrow(
    /CHANCERY_KEK must contain 32 bytes in base64.*openssl rand/,
  );
});

test("a key file that does not exist is an error, never a new key elsewhere", () => {
  expect(() =>
    readKek(folder, settings({ CHANCERY_KEK_FILE: join(folder, "none") }), false),
  ).toThrow(/none/);
});

test("without any setting a sealing key is created once, readable only by its owner, and kept", () => {
  const { kek, from } = readKek(folder, settings(), false);
  expect(kek).toHaveLength(32);
  expect(from).toBe(join(folder, "kek"));
  expect(statSync(from).mode & 0o777).toBe(0o600);
  expect(readKek(folder, settings(), true).kek).toEqual(kek);
});

test("a key file that other users can read is made private", () => {
  writeFileSync(join(folder, "session.key"), `${KEY}\n`);
  chmodSync(join(folder, "session.key"), 0o644);
  expect(readSessionSecret(folder)).toBe(KEY);
  expect(statSync(join(folder, "session.key")).mode & 0o777).toBe(0o600);
});

test("CHANCERY_KEK wins over a file, and a file over the data folder", () => {
  const file = join(folder, "elsewhere");
  writeFileSync(file, `${KEY}\n`);
  expect(readKek(folder, settings({ CHANCERY_KEK_FILE: file }), true)).toEqual({
    kek: Buffer.alloc(32, 7),
    from: file,
  });
  expect(
    readKek(folder, settings({ CHANCERY_KEK: KEY, CHANCERY_KEK_FILE: "/none" }), true),
  ).toEqual({ kek: Buffer.alloc(32, 7), from: "CHANCERY_KEK" });
});

test("the setup token has 192 random bits, and the console gets only its digest", () => {
  const { token, sha256 } = makeSetupToken();
  expect(Buffer.from(token, "base64url")).toHaveLength(24);
  expect(createHash("sha256").update(token).digest("hex")).toBe(sha256);
  expect(makeSetupToken().token).not.toBe(token);
});
