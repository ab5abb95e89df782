import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isAppError } from "@/lib/errors/app-error";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { operatorActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";
import { findKey } from "./find-key";
import { revokeCertificate } from "./revoke-certificate";

let harness: Harness, csr: string, pem: string, id: string;
const operator = operatorActor();

beforeAll(async () => {
  harness = await createTestCa();
  csr = await makeCsr();
  const identity = await createTestIdentity(harness.deps);
  const issued = await issueCertificate(harness.deps, operator, {
    profile: "tls-server",
    identity,
    csr,
  });
  ({ id } = issued.result);
  pem = issued.result.pem ?? "";
});
afterAll(() => harness.close());

const find = (text: string, who = operator) => findKey(harness.deps, who, { text });
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: unknown) => (isAppError(error) ? error.code : String(error)),
  );

test("the CSR, the certificate and the public key lead to the same key and its certificates", async () => {
  const publicKey = createPublicKey(pem).export({ type: "spki", format: "pem" }).toString();
  const found = await Promise.all(
    [csr, pem, publicKey, `some notes\n${pem}`].map((text) => find(text)),
  );
  expect(new Set(found.map(({ keySha256 }) => keySha256)).size).toBe(1);
  expect(found[0]).toMatchObject({ certificates: 1, blocked: false });
  await revokeCertificate(harness.deps, operator, id, { reason: "keyCompromise" });
  expect((await find(pem)).blocked).toBe(true);
});

test("a key without certificates is found to have none", async () => {
  const { publicKey } = generateKeyPairSync("ed25519");
  const text = publicKey.export({ type: "spki", format: "pem" }).toString();
  expect(await find(text)).toMatchObject({ certificates: 0, blocked: false });
});

test("a private key is refused in every form, and the answer doesn't repeat it", async () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  for (const type of ["pkcs8", "sec1"] as const) {
    const text = createPrivateKey(privateKey.export({ type, format: "pem" }))
      .export({ type, format: "pem" })
      .toString();
    const error = await find(text).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: "key.private" });
    expect(JSON.stringify(error)).not.toContain(text.split("\n")[1]);
  }
});

test.each([
  ["nothing", ""],
  ["words", "hello"],
  ["a block of something else", "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----"],
])("%s is no key", async (_what, text) => {
  expect(await codeOf(find(text))).toBe("key.unreadable");
});

test("a damaged certificate is refused", async () => {
  const broken = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----";
  expect(await codeOf(find(broken))).not.toBe("done");
});

test("a service learns nothing about keys", async () => {
  expect(await codeOf(find(csr, operatorActor({ role: "service" })))).toBe("forbidden");
});
