import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toHex } from "@/lib/log/pure/bytes";
import { makeLogKey } from "@/lib/signers/log-key";
import { createTestCa } from "@/testing/ca/create-test-ca";
import { type Harness, openHarness } from "@/testing/harness";
import { hasSealedKeys, requireKek } from "./require-kek";

let ca: Harness, empty: Harness, logOnly: Harness;
beforeAll(async () => {
  [ca, empty, logOnly] = await Promise.all([
    createTestCa(),
    openHarness({ sequencer: false }),
    openHarness({ sequencer: false }),
  ]);
});
afterAll(async () => {
  await Promise.all([ca.close(), empty.close(), logOnly.close()]);
});

test("the KEK that sealed the keys of the database is accepted", async () => {
  expect(await hasSealedKeys(ca.urls.signerUrl)).toBe(true);
  await requireKek(ca.urls.signerUrl, ca.kek, "CHANCERY_KEK");
});

test("a well-formed KEK that opens none of the database's keys is refused, naming where it came from", async () => {
  await expect(requireKek(ca.urls.signerUrl, randomBytes(32), "/run/kek")).rejects.toThrow(
    /The KEK from \/run\/kek is not the one that sealed the keys/,
  );
});

test("the key of a log alone is enough to refuse a new KEK", async () => {
  const kek = randomBytes(32);
  const { publicKey, sealed } = await makeLogKey(kek, randomBytes(12), "ca.example.com/log/1");
  await logOnly.asSuper(
    `insert into signer.log_key (origin, vkey, public_key, sealed) values ('ca.example.com/log/1', '', '\\x${toHex(publicKey)}', '\\x${toHex(sealed)}')`,
  );
  expect(await hasSealedKeys(logOnly.urls.signerUrl)).toBe(true);
  await requireKek(logOnly.urls.signerUrl, kek, "CHANCERY_KEK");
  await expect(requireKek(logOnly.urls.signerUrl, randomBytes(32), "CHANCERY_KEK")).rejects.toThrow(
    /is not the one that sealed/,
  );
});

test("a database without keys accepts any KEK", async () => {
  expect(await hasSealedKeys(empty.urls.signerUrl)).toBe(false);
  await requireKek(empty.urls.signerUrl, randomBytes(32), "CHANCERY_KEK");
});
