import { afterAll, beforeAll, expect, test } from "vitest";
import { blockPublicKey } from "@/lib/certificates/block-key";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { operatorActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";
import { reconcile } from "./reconcile";

let harness: Harness;
beforeAll(async () => {
  harness = await createTestCa();
});
afterAll(async () => {
  await harness?.close();
});

const problems = async () => (await reconcile(harness.deps)).problems;
const block = async () => {
  const key = await makeCsr();
  return (await blockPublicKey(harness.deps, operatorActor(), { key, comment: "" })).result;
};

test("keys that were blocked without a certificate agree with the log, numbered or not, also if it was repeated", async () => {
  const key = await makeCsr();
  for (let n = 0; n < 2; n += 1)
    await blockPublicKey(harness.deps, operatorActor(), { key, comment: "" });
  expect(await problems()).toEqual([]);
  await harness.sequence();
  expect(await problems()).toEqual([]);
});

test("a key that a revocation blocked, and that is blocked again, agrees with the log", async () => {
  const identity = await createTestIdentity(harness.deps);
  const csr = await makeCsr();
  const { result } = await issueCertificate(harness.deps, operatorActor(), {
    profile: "tls-server",
    identity,
    csr,
  });
  const reason = "keyCompromise";
  await revokeCertificate(harness.deps, operatorActor(), result.id, { reason });
  await blockPublicKey(harness.deps, operatorActor(), { key: csr, comment: "" });
  await harness.sequence();
  expect(await problems()).toEqual([]);
});

test("a superuser unblocks a key: it is named", async () => {
  const { keySha256 } = await block();
  await harness.sequence();
  const change = (blocked: boolean) =>
    harness.asSuper(
      `set session_replication_role = replica; alter table public_key disable trigger all;
      update public_key set blocked = ${blocked} where spki_sha256 = decode('${keySha256}', 'hex');
      alter table public_key enable always trigger needs_entry; set session_replication_role = default`,
    );
  await change(false);
  expect(await problems()).toEqual([
    `The blocked key ${keySha256} is in the log but not in the table.`,
  ]);
  await change(true);
  expect(await problems()).toEqual([]);
});

test("a superuser blocks a key that no entry names: it is named", async () => {
  const keySha256 = "ab".repeat(32);
  await harness.asSuper(
    `insert into public_key (spki_sha256, blocked, created_at) values (decode('${keySha256}', 'hex'), true, now())`,
  );
  expect(await problems()).toEqual([
    `The blocked key ${keySha256} is in the table but has no entry.`,
  ]);
});
