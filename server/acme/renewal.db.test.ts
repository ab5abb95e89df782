import { X509Certificate, createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { previewBulkAct } from "@/lib/bulk/preview-bulk-act";
import { bulkInput } from "@/lib/bulk/schema";
import { cancelRotationRequest } from "@/lib/certificates/cancel-rotation-request";
import { getCertificate } from "@/lib/certificates/get-certificate";
import { requestRotation } from "@/lib/certificates/request-rotation";
import { adminActor } from "@/testing/actors";
import { makeRawClient, type AcmeResponse, type RawClient } from "@/testing/gateway/acme-client";
import { makeCsr, makeCsrWithKey } from "@/testing/gateway/acme-csr";
import { openAcmeGateway, type AcmeGateway } from "@/testing/gateway/acme-fixture";

let gateway: AcmeGateway;
let client: RawClient;
let other: RawClient;
let urls: Record<string, string>;
beforeAll(async () => {
  gateway = await openAcmeGateway();
  client = newClient();
  other = newClient();
  urls = await client.directory();
  await client.register(await gateway.enroll("payments", ["pay.example.com"]));
  await other.register(await gateway.enroll("billing", ["bill.example.com"]));
});
afterAll(async () => {
  await gateway.close();
});

const newClient = (): RawClient =>
  makeRawClient(gateway.directory(), readFileSync(gateway.rootFile, "utf8"));
const order = (by: RawClient, name: string, replaces?: string): Promise<AcmeResponse> =>
  by.post(urls["newOrder"] ?? "", {
    identifiers: [{ type: "dns", value: name }],
    ...(replaces === undefined ? {} : { replaces }),
  });
async function issue(
  by: RawClient,
  name: string,
  { replaces, csr }: { replaces?: string; csr?: string } = {},
): Promise<X509Certificate> {
  const made = await order(by, name, replaces);
  const done = await by.post(String(made.body["finalize"]), {
    csr: csr ?? (await makeCsr([name])),
  });
  expect(done.body["status"]).toBe("valid");
  return new X509Certificate((await by.post(String(done.body["certificate"]), "")).text);
}
const problem = ({ status, body }: AcmeResponse) => [
  status,
  String(body["type"]).replace("urn:ietf:params:acme:error:", ""),
];

/** RFC 9773 section 4.1, by openssl's reading of the certificate. */
async function certId(certificate: X509Certificate): Promise<string> {
  const text = await gateway.client(
    "sh",
    ["-c", `printf '%s' "$PEM" | openssl x509 -noout -ext authorityKeyIdentifier`],
    { PEM: certificate.toString() },
  );
  const keyId = /([0-9A-F]{2}(?::[0-9A-F]{2}){19})/.exec(text)?.[1]?.replaceAll(":", "") ?? "";
  const plain = Buffer.from(certificate.serialNumber, "hex");
  const serial = (plain[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), plain]) : plain;
  return `${Buffer.from(keyId, "hex").toString("base64url")}.${serial.toString("base64url")}`;
}
const info = (id: string) => client.ask("GET", `${urls["renewalInfo"]}/${id}`);
const windowOf = ({ body }: AcmeResponse) => {
  const { start, end } = body["suggestedWindow"] as { start: string; end: string };
  return { start: Date.parse(start), end: Date.parse(end) };
};

test("renewal information is a window late in the lifetime with Retry-After, and is in the past once the certificate is revoked", async () => {
  const certificate = await issue(client, "pay.example.com");
  const id = await certId(certificate);
  const usual = await info(id);
  expect(Number(usual.headers["retry-after"])).toBeGreaterThan(0);
  const { start, end } = windowOf(usual);
  const lifetime = Date.parse(certificate.validTo) - Date.parse(certificate.validFrom);
  const at = (start - Date.parse(certificate.validFrom)) / lifetime;
  expect(at).toBeGreaterThan(0.6);
  expect(at).toBeLessThan(0.7);
  expect((end - start) / lifetime).toBeGreaterThan(0.05);
  const revoke = { certificate: certificate.raw.toString("base64url"), reason: 1 };
  expect((await client.post(urls["revokeCert"] ?? "", revoke)).status).toBe(200);
  expect(windowOf(await info(id)).end).toBeLessThan(Date.now());
});

test("renewal information of a requested rotation is a window from the request until its date, and the usual one again once it is withdrawn", async () => {
  const { deps } = gateway.harness;
  const certificate = await issue(client, "pay.example.com");
  const id = await certId(certificate);
  const usual = await info(id);
  const fingerprint = certificate.fingerprint256.replaceAll(":", "");
  const replaceBy = new Date(Math.floor(Date.now() / 1000 + 3 * 86_400) * 1000);
  await requestRotation(deps, adminActor(), fingerprint, { replaceBy: replaceBy.toISOString() });
  const requested = await info(id);
  const { start, end } = windowOf(requested);
  expect(start).toBeLessThanOrEqual(Date.now());
  expect(end).toBe(replaceBy.getTime());
  expect(requested.headers["retry-after"]).toBe(usual.headers["retry-after"]);
  await cancelRotationRequest(deps, adminActor(), fingerprint);
  expect(windowOf(await info(id))).toEqual(windowOf(usual));
});

test("a client that renews fulfils the request for rotation, and its dry run counts what ACME clients hold", async () => {
  const { deps } = gateway.harness;
  const first = await issue(client, "pay.example.com");
  const fingerprint = first.fingerprint256.replaceAll(":", "");
  const { result } = await requestRotation(deps, adminActor(), fingerprint);
  await cancelRotationRequest(deps, adminActor(), fingerprint);
  const input = bulkInput.parse({ act: "request-rotation", ids: [result.id] });
  expect(await previewBulkAct(deps, adminActor(), input)).toMatchObject({
    count: 1,
    rotation: { acme: 1, others: 0, owners: 0 },
  });
  await requestRotation(deps, adminActor(), fingerprint);
  await issue(client, "pay.example.com", { replaces: await certId(first) });
  expect(await getCertificate(deps, adminActor(), fingerprint)).toMatchObject({
    rotationRequest: null,
    successorId: expect.stringMatching(/^crt_/) as string,
  });
});

test("a client that renews with the same key fulfils no request, even if it says what it replaces, and one with a new key does without saying it", async () => {
  const { deps } = gateway.harness;
  const { csr } = await makeCsrWithKey(["pay.example.com"]);
  const first = await issue(client, "pay.example.com", { csr });
  const fingerprint = first.fingerprint256.replaceAll(":", "");
  const request = async () =>
    (await getCertificate(deps, adminActor(), fingerprint)).rotationRequest;
  await requestRotation(deps, adminActor(), fingerprint);
  await issue(client, "pay.example.com", { csr });
  await issue(client, "pay.example.com", { csr, replaces: await certId(first) });
  expect(await request()).not.toBe(null);
  await issue(client, "pay.example.com");
  expect(await request()).toBe(null);
});

test("renewal information of what was never issued is 404, and of what is no identifier 400", async () => {
  expect((await info("AAAA.AAAA")).status).toBe(404);
  expect((await info("nothing")).status).toBe(400);
});

test("replaces links successor and predecessor once, and a second order for it is alreadyReplaced", async () => {
  const first = await issue(client, "pay.example.com");
  const replaces = await certId(first);
  const made = await order(client, "pay.example.com", replaces);
  expect([made.status, made.body["replaces"]]).toEqual([201, replaces]);
  expect(problem(await order(client, "pay.example.com", replaces))).toEqual([
    409,
    "alreadyReplaced",
  ]);
  const csr = await makeCsr(["pay.example.com"]);
  expect((await client.post(String(made.body["finalize"]), { csr })).body["status"]).toBe("valid");
  expect(problem(await order(client, "pay.example.com", replaces))).toEqual([
    409,
    "alreadyReplaced",
  ]);
  expect((await gateway.entriesOf("certificate.rotated")).at(-1)).toMatchObject({
    actor: { kind: "acme-account" },
  });
});

test("replaces names no certificate of another identity", async () => {
  const foreign = await certId(await issue(other, "bill.example.com"));
  expect(problem(await order(client, "pay.example.com", foreign))).toEqual([403, "unauthorized"]);
});

test("revocation is for the identity's accounts and the certificate's key, and for no one else", async () => {
  const { csr, keyPem } = await makeCsrWithKey(["pay.example.com"]);
  const certificate = await issue(client, "pay.example.com", { csr });
  const revoke = { certificate: certificate.raw.toString("base64url") };
  const url = urls["revokeCert"] ?? "";
  expect(problem(await other.post(url, revoke))).toEqual([403, "unauthorized"]);
  expect(problem(await newClient().post(url, revoke))).toEqual([403, "unauthorized"]);
  for (const reason of [2, 6, 7, 8, 10, 99])
    expect(problem(await client.post(url, { ...revoke, reason }))).toEqual([
      400,
      "badRevocationReason",
    ]);
  const garbage = { certificate: Buffer.from("no certificate").toString("base64url") };
  expect(problem(await client.post(url, garbage))).toEqual([400, "malformed"]);
  const holder = makeRawClient(
    gateway.directory(),
    readFileSync(gateway.rootFile, "utf8"),
    createPrivateKey(keyPem),
  );
  expect((await holder.post(url, revoke)).status).toBe(200);
  expect((await gateway.entriesOf("certificate.revoked")).at(-1)).toMatchObject({
    actor: { kind: "certificate" },
  });
  expect(problem(await client.post(url, revoke))).toEqual([400, "alreadyRevoked"]);
});
