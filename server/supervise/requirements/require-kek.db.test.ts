import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestCa } from "@/testing/ca/create-test-ca";
import { type Harness, openHarness } from "@/testing/harness";
import { hasSealedKeys, requireKek } from "./require-kek";

let ca: Harness, empty: Harness;
beforeAll(async () => {
  [ca, empty] = await Promise.all([createTestCa(), openHarness({ sequencer: false })]);
});
afterAll(async () => {
  await Promise.all([ca.close(), empty.close()]);
});

test("the KEK that sealed the keys of the database is accepted", async () => {
  expect(await hasSealedKeys(ca.urls.signerUrl)).toBe(true);
  await requireKek(ca.urls.signerUrl, ca.kek, "CHANCERY_KEK");
});

test("a well-formed KEK that opens none of the database's keys is refused, naming where it came from", async () => {
  await expect(requireKek(ca.urls.signerUrl, randomBytes(32), "/run/kek")).rejects.toThrow(
    /The KEK from \/run\/kek is not the one that sealed the CA keys/,
  );
});

test("a database without keys accepts any KEK", async () => {
  expect(await hasSealedKeys(empty.urls.signerUrl)).toBe(false);
  await requireKek(empty.urls.signerUrl, randomBytes(32), "CHANCERY_KEK");
});
