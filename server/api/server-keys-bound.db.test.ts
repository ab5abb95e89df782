import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Call, CallOptions } from "@/testing/api/client";
import {
  codesOf,
  openServerKeys,
  sans,
  type ServerKeyWorld,
  spki,
  textIn,
} from "@/testing/api/server-keys";
import { makeCsr } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";

let world: ServerKeyWorld, harness: Harness, call: Call, admin: string;
beforeAll(async () => {
  world = await openServerKeys();
  ({ harness, call, admin } = world);
});
afterAll(async () => {
  await harness.close();
});
const issue = (over: object = {}, options: CallOptions = {}) => world.issue(over, options);

describe("a preview", () => {
  test("shows no key, and binds the certificate that is issued after it", async () => {
    const shown = await call("POST", "/certificates/preview", {
      token: admin,
      body: world.bodyOf(),
    });
    expect(shown.body).toMatchObject({ request: { key: "ECDSA P-256", keySha256: null } });
    expect(shown.text).toContain("Of the key that is made when the certificate is issued");
    expect(shown.text).not.toContain("privateKey");
    const { sha256 } = shown.body["plan"] as { sha256: string };
    expect((await issue({ previewSha256: sha256 })).status).toBe(201);
    const otherKey = { key: { algorithm: "ecdsa-p384" }, previewSha256: sha256 };
    expect(codesOf(await issue(otherKey))).toEqual(["certificate.preview-changed"]);
    const csr = await makeCsr(["pay.e.example"]);
    const otherWay = { key: undefined, csr, previewSha256: sha256 };
    expect(codesOf(await issue(otherWay))).toEqual(["certificate.preview-changed"]);
  });
  test("is refused to who may not issue", async () => {
    const token = await harness.tokenFor("auditor");
    const answer = await call("POST", "/certificates/preview", { token, body: world.bodyOf() });
    expect(codesOf(answer)).toEqual(["forbidden"]);
  });
});

describe("a rotation", () => {
  const rotate = (id: unknown, body: object, token = world.operator, headers = {}) =>
    call("POST", `/certificates/${String(id)}/rotate`, { token, body, headers });

  test("makes a new key for the names of the predecessor, and repeats the answer without it", async () => {
    const first = await issue({ subject: [{ type: "CN", value: "pay.e.example" }] });
    const headers = { "idempotency-key": "rotate-1" };
    const request = { key: { algorithm: "ecdsa-p384" }, overlapSeconds: 0 };
    const second = await rotate(first.body["id"], request, world.operator, headers);
    expect(second.status, second.text).toBe(201);
    expect(second.body).toMatchObject({
      predecessorId: first.body["id"],
      subject: "CN=pay.e.example",
      sans,
      serverKey: true,
      keyAlgorithm: "ecdsa-p384",
    });
    const key = createPrivateKey(textIn(second, "privateKeyPem"));
    expect(spki(createPublicKey(key))).toBe(
      spki(new X509Certificate(textIn(second, "pem")).publicKey),
    );
    const again = await rotate(first.body["id"], request, world.operator, headers);
    expect(again.body).toMatchObject({ id: second.body["id"], privateKeyPem: null });
    expect(again.body).toMatchObject({ keyHandedOut: true });
  });
  test("is refused under a profile that doesn't allow it, and with both or neither of CSR and key", async () => {
    const csr = await makeCsr(["pay.e.example"]);
    const old = await issue({ profile: world.closed, key: undefined, csr });
    const key = { algorithm: "ecdsa-p256" };
    const id = old.body["id"];
    expect(codesOf(await rotate(id, { key }))).toEqual(["profile.no-server-keys"]);
    expect(codesOf(await rotate(id, { key, csr }))).toEqual(["request.invalid"]);
    expect(codesOf(await rotate(id, {}))).toEqual(["request.invalid"]);
    expect(codesOf(await rotate(id, { key }, await harness.tokenFor("auditor")))).toEqual([
      "forbidden",
    ]);
  });
});
