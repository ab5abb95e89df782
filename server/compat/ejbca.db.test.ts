import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { blockPublicKey } from "@/lib/certificates/block-key";
import { adminActor } from "@/testing/actors";
import { setProxyScopes, trustProxy } from "@/testing/gateway/proxy-requests";
import {
  openCompatGateway,
  type CompatAsk,
  type CompatAsked,
  type CompatGateway,
} from "@/testing/gateway/compat-fixture";
import type { Client } from "@/testing/gateway/test-gateway";

let gateway: CompatGateway, identity: string, client: Client;
const subject = "/CN=shop.example.com";
const san = "DNS:shop.example.com";
const path = "/ejbca/ejbca-rest-api/v1/certificate/pkcs10enroll";
beforeAll(async () => {
  gateway = await openCompatGateway();
  identity = await gateway.service("shop", ["shop.example.com"]);
  client = await gateway.issue("shop", { identityId: identity });
});
afterAll(async () => {
  await gateway?.close();
});

/** What EJBCA's cert-manager issuer and CSR signer send. */
const body = (over: Record<string, unknown> = {}) => ({
  certificate_request: gateway.pem(subject, san),
  certificate_profile_name: "tls-server",
  end_entity_profile_name: "shop",
  certificate_authority_name: "issuing",
  username: "shop.example.com",
  password: "q8Zr0aW5kT",
  include_chain: true,
  ...over,
});
const enroll = (over: Record<string, unknown> = {}, ask: Partial<CompatAsk> = {}) =>
  gateway.sent({
    path,
    client,
    body: body(over),
    headers: { "content-type": "application/json" },
    ...ask,
  });
function refusalOf({ reply, entries }: CompatAsked): string {
  expect(reply.headers["content-type"]).toBe("application/json");
  expect(reply.json.error_code).toBe(reply.status);
  expect(entries.filter(({ action }) => action === "certificate.planned")).toEqual([]);
  return `${reply.status} ${/Code: ([a-z.-]+)\. Request: req_/.exec(reply.json.error_message)?.[1]}`;
}

describe("enrolling", () => {
  test("with a client certificate: DER in base64, the chain from the issuer to the root without the certificate itself", async () => {
    const { reply, entries } = await enroll();
    expect(reply.status, reply.body).toBe(201);
    const { certificate, certificate_chain, response_format, serial_number } = reply.json;
    expect([response_format, certificate_chain.length]).toEqual(["DER", 2]);
    const [leaf, ca, root] = [certificate, ...certificate_chain].map(
      (text) => new X509Certificate(Buffer.from(text, "base64")),
    );
    expect(leaf!.verify(ca!.publicKey) && ca!.verify(root!.publicKey)).toBe(true);
    expect(root!.verify(root!.publicKey)).toBe(true);
    expect(serial_number).toBe(leaf!.serialNumber);
    expect(entries[0]).toMatchObject({
      action: "certificate.planned",
      actor: { kind: "certificate", label: "shop" },
      details: { via: "ejbca" },
    });
  });
  test("without the first part of the address, without a chain, in PEM, and with the same user name and another password", async () => {
    for (const password of ["one", "two"]) {
      const { reply } = await enroll(
        { include_chain: false, response_format: "PEM", password, account_binding_id: "" },
        { path: path.slice("/ejbca".length) },
      );
      expect(reply.status, reply.body).toBe(201);
      expect(reply.json).not.toHaveProperty("certificate_chain");
      expect(new X509Certificate(reply.json.certificate).subjectAltName).toBe(san);
    }
  });
  test("with an enrollment secret as password and its ID as user name, once", async () => {
    const { id, secret } = await gateway.secretFor(identity);
    const fields = { username: id, password: secret, end_entity_profile_name: "EMPTY" };
    const first = await enroll(fields, { client: undefined });
    expect(first.reply.status, first.reply.body).toBe(201);
    expect(first.entries.map(({ action }) => action)).toContain("enrollment-secret.used");
    const used = first.entries.find(({ action }) => action === "enrollment-secret.used");
    expect(used?.details).toMatchObject({ via: "ejbca" });
    const second = await enroll(fields, { client: undefined });
    expect(refusalOf(second)).toBe("403 enrollment.secret-spent");
    expect(second.entries).toMatchObject([{ action: "enrollment-secret.refused" }]);
  });
  test("with a token of the identity", async () => {
    const token = await gateway.serviceToken(identity);
    const headers = { authorization: `Bearer ${token}` };
    const { reply } = await enroll({}, { client: undefined, headers });
    expect(reply.status, reply.body).toBe(201);
  });
  test("end_time is kept where the profile allows it, and cut where it doesn't", async () => {
    const day = new Date(Date.now() + 86_400_000).toISOString();
    const { reply } = await enroll({ end_time: `${day.slice(0, 10)} ${day.slice(11, 19)}` });
    const leaf = new X509Certificate(Buffer.from(reply.json.certificate, "base64"));
    expect(new Date(leaf.validTo).toISOString().slice(0, 19)).toBe(day.slice(0, 19));
    const far = await enroll({ end_time: "2099-01-01 00:00:00" });
    expect(far.reply.status, far.reply.body).toBe(201);
    expect(far.reply.headers["warning"]).toMatch(/^299 chancery "The requested lifetime .* cut/);
    expect(reply.headers).not.toHaveProperty("warning");
  });
  test("status and the CAs are public, in JSON, and no entries", async () => {
    for (const what of ["certificate/status", "ca/status"]) {
      const { reply, entries } = await gateway.sent({ path: `/ejbca/ejbca-rest-api/v1/${what}` });
      expect([reply.status, reply.json.status, entries]).toEqual([200, "OK", []]);
    }
    const { json } = await gateway.send({ path: "/ejbca-rest-api/v1/ca" });
    expect(json.certificate_authorities.map((ca: { name: string }) => ca.name)).toContain(
      "issuing",
    );
  });
});

describe("refusals", () => {
  test("a stranger is refused with what to do, whatever user name it invents", async () => {
    for (const over of [{}, { username: "admin" }, { username: identity }])
      for (const port of ["https", "mtls"] as const)
        expect(refusalOf(await enroll(over, { client: undefined, port }))).toBe(
          "401 unauthenticated",
        );
  });
  test("a wrong secret, a secret with another's ID and a token as password are refused, also next to a good certificate", async () => {
    const { id, secret } = await gateway.secretFor(identity);
    const token = await gateway.serviceToken(identity);
    for (const over of [
      { username: id, password: `chy_${"A".repeat(43)}` },
      { username: "shop.example.com", password: secret },
      { username: id, password: token },
    ])
      for (const ask of [{}, { client: undefined }])
        expect(refusalOf(await enroll(over, ask))).toBe("401 unauthenticated");
  });
  test.each<[Record<string, unknown>, string]>([
    [{ certificate_profile_name: "none" }, "404 compat.unknown-profile"],
    [{ certificate_profile_name: "console-tls" }, "404 compat.unknown-profile"],
    [{ certificate_authority_name: "root" }, "404 compat.unknown-authority"],
    [{ certificate_authority_name: "" }, "400 compat.bad-request"],
    [{ end_entity_profile_name: "bank" }, "404 compat.unknown-profile"],
    [{ end_entity_profile_name: "" }, "400 compat.bad-request"],
    [{ certificate_request: "" }, "400 compat.bad-request"],
    [{ certificate_request: "x" }, "400 certificate.refused"],
    [{ end_time: "soon" }, "400 compat.bad-request"],
    [{ end_time: "2026-13-45 00:00:00" }, "400 compat.bad-request"],
    [{ end_time: "2020-01-01 00:00:00" }, "400 certificate.refused"],
    [{ response_format: "JKS" }, "400 compat.bad-request"],
    [{ include_chain: "perhaps" }, "400 compat.bad-request"],
    [{ email: "root@example.com" }, "400 compat.bad-request"],
    [{ start_time: "2026-01-01 00:00:00" }, "400 compat.bad-request"],
  ])("%j is %s", async (over, code) => {
    expect(refusalOf(await enroll(over))).toBe(code);
  });
  test("names that the identity doesn't hold are refused as an entry that names the API", async () => {
    const certificate_request = gateway.pem("/CN=bank.example.com", "DNS:bank.example.com");
    const asked = await enroll({ certificate_request });
    expect(refusalOf(asked)).toBe("400 certificate.refused");
    expect(asked.entries).toMatchObject([
      { action: "certificate.refused", details: { via: "ejbca" } },
    ]);
  });
  test("a key that was blocked before it had a certificate is refused, as an entry", async () => {
    const certificate_request = gateway.pem(subject, san);
    const key = { key: certificate_request, comment: "" };
    await blockPublicKey(gateway.harness.deps, adminActor(), key);
    const asked = await enroll({ certificate_request });
    expect(refusalOf(asked)).toBe("400 certificate.refused");
    expect(asked.entries).toMatchObject([
      { action: "certificate.refused", reason: "key.blocked", details: { via: "ejbca" } },
    ]);
  });
  test.each([
    ["/ejbca-rest-api/v1/certificate/enrollkeystore"],
    ["/ejbca/ejbca-rest-api/v1/endentity"],
    ["/ejbca/ejbca-rest-api"],
    ["/ejbca-rest-api/v1/certificate/pkcs10enroll/"],
  ])("%s isn't offered", async (where) => {
    const asked = await enroll({}, { path: where });
    expect(refusalOf(asked)).toBe("404 compat.not-found");
    expect(asked.entries).toMatchObject([{ details: { via: "ejbca" } }]);
  });
  test("another method is refused with what is allowed", async () => {
    const asked = await gateway.sent({ path, client });
    expect(refusalOf(asked)).toBe("405 request.method");
    expect(asked.reply.headers["allow"]).toBe("POST");
  });
  test("a secret in a body counts through a proxy only where a token in a header would", async () => {
    const edge = await gateway.issue("edge");
    const proxy = await trustProxy(gateway.harness.deps, edge.identityId, "nginx", 1, ["api"]);
    const { id, secret } = await gateway.secretFor(identity);
    const fields = { username: id, password: secret };
    expect(refusalOf(await enroll(fields, { client: edge }))).toBe("403 proxy.scope");
    await setProxyScopes(gateway.harness.deps, proxy, ["console"]);
    expect((await enroll(fields, { client: edge })).reply.status).toBe(201);
  });
});
