import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isAppError } from "@/lib/errors/app-error";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { rotateCertificate } from "@/lib/issuing/rotate-certificate";
import { adminActor, operatorActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";
import { blockPublicKey } from "./block-key";
import { findKey } from "./find-key";
import { revokeCertificate } from "./revoke-certificate";

let harness: Harness, identity: string;
const operator = operatorActor();

beforeAll(async () => {
  harness = await createTestCa();
  identity = await createTestIdentity(harness.deps);
});
afterAll(() => harness.close());

const block = (key: string, who = operator) =>
  blockPublicKey(harness.deps, who, { key, comment: "found in a public repository" });
const issue = (csr: string) =>
  issueCertificate(harness.deps, operator, { profile: "tls-server", identity, csr });
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: unknown) => (isAppError(error) ? error.code : String(error)),
  );
/** The codes of a refused request for a certificate. */
const findingsOf = (work: Promise<unknown>) =>
  work.then(
    () => [],
    (error: unknown) => (isAppError(error) ? error.findings.map(({ code }) => code) : [error]),
  );

test("no certificate is issued for a key that was blocked before one was requested for it", async () => {
  const csr = await makeCsr();
  const { result } = await block(csr);
  expect(await findingsOf(issue(csr))).toEqual(["key.blocked"]);
  const other = await createTestIdentity(harness.deps);
  expect(
    await findingsOf(
      issueCertificate(harness.deps, adminActor(), { profile: "tls-server", identity: other, csr }),
    ),
  ).toEqual(["key.blocked"]);
  expect(await findKey(harness.deps, operator, { text: csr })).toMatchObject({
    keySha256: result.keySha256,
    certificates: 0,
    blocked: true,
  });
});

test("a certificate can't be rotated to a blocked key", async () => {
  const { result } = await issue(await makeCsr());
  const csr = await makeCsr();
  await block(csr);
  expect(await findingsOf(rotateCertificate(harness.deps, operator, result.id, { csr }))).toContain(
    "key.blocked",
  );
});

test("the entry names the key and the comment, and blocking it again is an entry that changes nothing", async () => {
  const csr = await makeCsr();
  const { result } = await block(csr);
  await block(csr);
  const entries = await harness.entriesOf(result.keySha256);
  expect(entries).toHaveLength(2);
  expect(entries[0]).toMatchObject({
    outcome: "success",
    target: { kind: "key", id: result.keySha256 },
    details: { identityId: null, comment: "found in a public repository" },
  });
  expect(entries.map(({ reason }) => reason ?? null)).toEqual([null, "no-change"]);
});

test("a key that has certificates is refused, and stays usable until one of them is revoked for key compromise", async () => {
  const csr = await makeCsr();
  const { result } = await issue(csr);
  expect(await codeOf(block(csr))).toBe("key.certified");
  expect(await codeOf(block(result.pem ?? ""))).toBe("key.certified");
  expect(await codeOf(issue(csr))).toBe("done");
  await revokeCertificate(harness.deps, operator, result.id, { reason: "keyCompromise" });
  expect(await findingsOf(issue(csr))).toEqual(["key.blocked"]);
  expect(await codeOf(block(csr))).toBe("done");
});

test("of a block and a request at the same moment, one loses", async () => {
  for (let n = 0; n < 8; n += 1) {
    const csr = await makeCsr();
    const outcomes = await Promise.all([codeOf(block(csr)), codeOf(issue(csr))]);
    expect([
      ["done", "certificate.refused"],
      ["key.certified", "done"],
    ]).toContainEqual(outcomes);
  }
});

test.each([
  ["nothing", "", /^key\.unreadable$/],
  ["words", "hello", /^key\.unreadable$/],
  ["a damaged key", "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----", /^(?!done)/],
])("%s is refused and blocks nothing", async (_what, text, code) => {
  const { result: outcome, entries } = await harness.newEntries(() => codeOf(block(text)));
  expect(outcome).toMatch(code);
  expect(entries).toEqual([]);
});

test("a private key is refused, and the refusal doesn't repeat it", async () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const text = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const error = await block(text).catch((thrown: unknown) => thrown as Error);
  expect(error).toMatchObject({ code: "key.private" });
  expect(JSON.stringify(error)).not.toContain(text.split("\n")[1]);
});

test.each(["service", "auditor", "approver"] as const)(
  "the role %s blocks no key",
  async (role) => {
    expect(await codeOf(block(await makeCsr(), operatorActor({ role })))).toBe("forbidden");
  },
);

test("the public key alone is enough, and is the same key as its CSR's", async () => {
  const { publicKey } = generateKeyPairSync("ed25519");
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const { result } = await block(pem);
  expect(await findKey(harness.deps, operator, { text: pem })).toMatchObject({
    keySha256: result.keySha256,
    blocked: true,
  });
  expect(createPublicKey(pem).asymmetricKeyType).toBe("ed25519");
});

test("a row without an owner can't be blocked without an entry about its key", async () => {
  const { pool } = harness.deps.db;
  const id = Buffer.from("11".repeat(32), "hex");
  await pool.query("insert into public_key (spki_sha256, created_at) values ($1, now())", [id]);
  await expect(
    pool.query("update public_key set blocked = true where spki_sha256 = $1", [id]),
  ).rejects.toThrow("without an entry");
});
