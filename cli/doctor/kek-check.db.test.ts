import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { RunFile } from "@/lib/runtime/run-file";
import { createTestCa } from "@/testing/ca/create-test-ca";
import type { Harness } from "@/testing/harness";
import { checkKek } from "./kek-check";

let harness: Harness;
let folder = "";
beforeAll(async () => {
  harness = await createTestCa();
});
afterAll(() => harness.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "chancery-doctor-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const settings = (values: Record<string, string> = {}) => values as unknown as NodeJS.ProcessEnv;
const running = (backupUrl?: string) => ({ pid: 1, backupUrl }) as unknown as RunFile;
const base64 = (kek: Uint8Array) => `${Buffer.from(kek).toString("base64")}\n`;
function store(text: string, mode = 0o600): string {
  const path = join(folder, "kek");
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

test("the KEK is ok only if it opens the keys of this database", async () => {
  store(base64(harness.kek));
  const url = harness.urls.signerUrl;
  const found = await checkKek(folder, settings(), running(url));
  expect(found).toMatchObject({
    state: "ok",
    detail: expect.stringMatching(/it opens the \d+ keys looked at\. It is in the same folder/),
  });
  expect(await checkKek(folder, settings({ DATABASE_SIGNER_URL: url }), null)).toEqual(found);
});

test("another KEK of the right form and mode fails", async () => {
  store(base64(randomBytes(32)));
  const other = { CHANCERY_KEK: randomBytes(32).toString("base64") };
  for (const values of [{}, other])
    expect(await checkKek(folder, settings(values), running(harness.urls.signerUrl))).toMatchObject(
      { state: "fail", detail: expect.stringMatching(/opens none of the keys/) },
    );
});

test("a key that was changed in the database fails, although others open", async () => {
  store(base64(harness.kek));
  await harness.asSuper("alter table signer.sealed_key disable trigger user");
  const [row] = await harness.asSuper(
    "select key_id, encode(sealed, 'hex') as sealed from signer.sealed_key limit 1",
  );
  const set = (hex: string) =>
    harness.asSuper(
      `update signer.sealed_key set sealed = '\\x${hex}' where key_id = '${String(row?.["key_id"])}'`,
    );
  await set(`${String(row?.["sealed"]).slice(0, -2)}00`);
  const found = await checkKek(folder, settings(), running(harness.urls.signerUrl));
  await set(String(row?.["sealed"]));
  expect(found).toMatchObject({ state: "fail", detail: expect.stringMatching(/opens only \d of/) });
});

test("without the database, or a role that may read the keys, nothing is called ok", async () => {
  const path = store(base64(harness.kek));
  expect(await checkKek(folder, settings(), null)).toMatchObject({
    state: "info",
    detail: expect.stringContaining("was not checked: no Chancery is running"),
  });
  expect(await checkKek(folder, settings(), running())).toMatchObject({
    state: "info",
    detail: expect.stringContaining("set DATABASE_SIGNER_URL for this command too"),
  });
  expect(await checkKek(folder, settings(), running(harness.urls.appUrl))).toMatchObject({
    state: "fail",
    detail: expect.stringMatching(/can't be read/),
  });
  rmSync(path);
  expect(await checkKek(folder, settings(), running(harness.urls.signerUrl))).toMatchObject({
    state: "info",
    detail: expect.stringContaining("has it from elsewhere"),
  });
});

test.each(["", "short", "x".repeat(44)])("what is no key fails: %j", async (text) => {
  store(text);
  expect(await checkKek(folder, settings(), running(harness.urls.signerUrl))).toMatchObject({
    state: "fail",
    detail: expect.stringContaining("must contain 32 bytes in base64"),
  });
});

test("a key-encryption key that other users can read fails, with the command that fixes it", async () => {
  const path = store(base64(harness.kek), 0o640);
  expect(await checkKek(folder, settings(), running(harness.urls.signerUrl))).toMatchObject({
    state: "fail",
    detail: expect.stringContaining(`chmod 600 ${path}`),
  });
});

test("a configured key file that is missing fails; the default one is created later", async () => {
  const none = settings({ CHANCERY_KEK_FILE: join(folder, "none") });
  expect((await checkKek(folder, none, null)).state).toBe("fail");
  expect(await checkKek(folder, settings(), null)).toMatchObject({
    state: "info",
    detail: expect.stringContaining("The first npm start creates it"),
  });
});
