import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { adminActor } from "@/testing/actors";
import { openCompatGateway, type CompatGateway } from "@/testing/gateway/compat-fixture";

let gateway: CompatGateway, identity: string, token: string;
const names = ["shop.example.com", "www.shop.example.com"];
const subject = "/CN=shop.example.com";
const san = names.map((name) => `DNS:${name}`).join(",");
beforeAll(async () => {
  gateway = await openCompatGateway();
  identity = await gateway.service("shop", names);
  token = await gateway.serviceToken(identity);
});
afterAll(async () => {
  await gateway?.close();
});

const sign = (body: object, over = {}) =>
  gateway.send({ path: "/v1/pki/sign/tls-server", token, body, ...over });
const beginCertificate = /-----BEGIN CERTIFICATE-----/g;
const countOf = (text: string): number => text.match(beginCertificate)?.length ?? 0;

/** What cert-manager's Vault issuer sends: all texts, empty where there is nothing. */
const certManagerBody = (csr: string, over = {}) => ({
  csr,
  common_name: "shop.example.com",
  alt_names: names.join(","),
  ip_sans: "",
  uri_sans: "",
  ttl: "2160h0m0s",
  exclude_cn_from_sans: "true",
  ...over,
});

describe("sign", () => {
  test("the request of cert-manager's Vault issuer gets a certificate, and a chain that forms one path to the root", async () => {
    const csr = gateway.pem(subject, san);
    const { reply, entries } = await gateway.sent({
      path: "/v1/pki/sign/tls-server",
      token,
      body: certManagerBody(csr, { ttl: "1h0m0s" }),
    });
    expect(reply.status, reply.body).toBe(200);
    expect(reply.json).toMatchObject({
      lease_id: "",
      renewable: false,
      lease_duration: 0,
      warnings: null,
      auth: null,
      wrap_info: null,
    });
    const { certificate, issuing_ca, ca_chain, serial_number, expiration } = reply.json.data;
    expect([certificate, ...ca_chain].map(countOf)).toEqual([1, 1, 1]);
    expect(ca_chain[0]).toBe(issuing_ca);
    const [leaf, ca, root] = [certificate, ...ca_chain].map((pem) => new X509Certificate(pem)) as [
      X509Certificate,
      X509Certificate,
      X509Certificate,
    ];
    expect(leaf.verify(ca.publicKey) && ca.verify(root.publicKey)).toBe(true);
    expect(root.verify(root.publicKey)).toBe(true);
    expect(leaf.subjectAltName).toBe(names.map((name) => `DNS:${name}`).join(", "));
    expect(serial_number.replaceAll(":", "").toUpperCase()).toBe(leaf.serialNumber);
    expect(expiration).toBe(Math.floor(Date.parse(leaf.validTo) / 1000));
    expect(Date.parse(leaf.validTo) - Date.now()).toBeLessThan(3_600_000);
    expect(entries.map(({ action }) => action)).toEqual([
      "certificate.planned",
      "certificate.issued",
    ]);
    expect(entries[0]).toMatchObject({ actor: { kind: "token" }, details: { via: "vault" } });
  });

  test("PUT does the same as POST, with Authorization: Bearer as with X-Vault-Token, and under the slug of the CA", async () => {
    const fresh = () => ({ csr: gateway.pem(subject, san) });
    const answers = [
      await sign(fresh(), { method: "PUT" }),
      await sign(fresh(), { token: undefined, headers: { Authorization: `Bearer ${token}` } }),
      await sign(fresh(), { path: "/v1/issuing/sign/tls-server" }),
    ];
    expect(answers.map(({ status, body }) => [status, body.slice(0, 0)])).toEqual([
      [200, ""],
      [200, ""],
      [200, ""],
    ]);
  });

  test("a client certificate shown in the handshake signs without a token", async () => {
    const client = await gateway.issue("shop", { identityId: identity });
    const csr = gateway.pem(subject, san);
    const { reply, entries } = await gateway.sent({
      path: "/v1/pki/sign/tls-server",
      client,
      body: { csr },
    });
    expect(reply.status, reply.body).toBe(200);
    expect(entries[0]).toMatchObject({ actor: { kind: "certificate", label: "shop" } });
  });

  test("formats: der is base64 of one certificate each, pem_bundle has the chain after the certificate, and the root can be left out", async () => {
    const csr = gateway.pem(subject, san);
    const der = (await sign({ csr, format: "der" })).json.data;
    for (const text of [der.certificate, der.issuing_ca, ...der.ca_chain])
      expect(new X509Certificate(Buffer.from(text, "base64")).subject).toBeTruthy();
    const bundle = (await sign({ csr, format: "pem_bundle" })).json.data;
    expect(countOf(bundle.certificate)).toBe(3);
    const rootless = (await sign({ csr, remove_roots_from_chain: true })).json.data;
    expect(rootless.ca_chain).toHaveLength(1);
  });

  test("a lifetime beyond the profile is cut, with a warning", async () => {
    const { json } = await sign({ csr: gateway.pem(subject, san), ttl: "90000h" });
    expect(json.warnings).toEqual([expect.stringContaining("more than the profile allows")]);
  });

  test("fields that have no effect are named, and so is what the CSR asks for in vain", async () => {
    const { json, status } = await sign({
      csr: gateway.pem("/O=Wrong/CN=shop.example.com", san),
      exclude_cn_from_sans: false,
      key_usage: "CertSign",
    });
    expect(status).toBe(200);
    expect(json.warnings.join("\n")).toMatch(/key_usage/);
    expect(json.warnings.join("\n")).toMatch(/exclude_cn_from_sans=false has no effect/);
    expect(json.warnings.join("\n")).toMatch(/O=Wrong/);
  });
});

test("the same request again is decided again and gets another certificate, unless its key is blocked meanwhile", async () => {
  const csr = gateway.pem(subject, san);
  const ask = async () =>
    (await gateway.sent({ path: "/v1/pki/sign/tls-server", token, body: { csr } })).reply;
  const [first, second] = [await ask(), await ask()].map(({ json }) => json.data.serial_number);
  expect(second).not.toBe(first);
  await revokeCertificate(gateway.harness.deps, adminActor(), String(first).replaceAll(":", ""), {
    reason: "keyCompromise",
  });
  expect((await ask()).status).toBe(400);
});

describe("what anyone may read", () => {
  const read = (path: string, over = {}) => gateway.sent({ path: `/v1/${path}`, ...over });
  test("the CA, its chain and its CRL, in the forms of Vault, without an entry", async () => {
    const all = await Promise.all(
      ["pki/ca", "pki/ca/pem", "pki/ca_chain", "issuing/crl", "pki/crl/pem"].map(
        async (path) => [path, await read(path)] as const,
      ),
    );
    const types = all.map(([, { reply }]) => [reply.status, reply.headers["content-type"]]);
    expect(types).toEqual([
      [200, "application/pkix-cert"],
      [200, "application/pem-certificate-chain"],
      [200, "application/pem-certificate-chain"],
      [200, "application/pkix-crl"],
      [200, "application/x-pem-file"],
    ]);
    const by = Object.fromEntries(all.map(([path, { reply }]) => [path, reply]));
    expect(countOf(by["pki/ca_chain"]!.body)).toBe(2);
    expect(new X509Certificate(by["pki/ca"]!.bytes).raw).toEqual(
      new X509Certificate(by["pki/ca/pem"]!.body).raw,
    );
    expect(by["pki/crl/pem"]!.body).toContain("-----BEGIN X509 CRL-----");
    expect(all.flatMap(([, { entries }]) => entries)).toEqual([]);
    const json = await gateway.send({ path: "/v1/pki/cert/ca" });
    expect(countOf(json.json.data.certificate)).toBe(1);
  });
  test("the root under its own slug; a CA that doesn't exist is not found", async () => {
    const root = await gateway.send({ path: "/v1/root/ca/pem" });
    expect(new X509Certificate(root.body).ca).toBe(true);
    const none = await gateway.send({ path: "/v1/none/ca/pem" });
    expect([none.status, none.json.errors]).toEqual([
      404,
      [expect.stringContaining("There is no CA none")],
    ]);
  });
  test("health is 200 with and without a token and with HEAD, in the fields that clients look at", async () => {
    for (const ask of [{}, { token }, { token: "chy_wrong" }, { port: "http" as const }]) {
      const { reply, entries } = await read("sys/health", ask);
      expect(reply.status).toBe(200);
      expect(reply.json).toMatchObject({ initialized: true, sealed: false, standby: false });
      expect(entries).toEqual([]);
    }
    const head = await gateway.send({ path: "/v1/sys/health", method: "HEAD" });
    expect([head.status, head.body]).toEqual([200, ""]);
  });
});

describe("the token itself", () => {
  test("lookup-self says what it is and when it ends, as numbers, and is an entry", async () => {
    const { reply, entries } = await gateway.sent({ path: "/v1/auth/token/lookup-self", token });
    expect(reply.status, reply.body).toBe(200);
    expect(reply.json.data).toMatchObject({ id: token, ttl: 0, renewable: false });
    expect(entries).toMatchObject([{ action: "token.read", actor: { kind: "token" } }]);
    const short = await gateway.serviceToken(identity, { expiresInDays: 1 });
    const { json } = await gateway.send({ path: "/v1/auth/token/lookup-self", token: short });
    expect(json.data.ttl).toBeGreaterThan(86_000);
    expect(json.data.ttl).toBeLessThanOrEqual(86_400);
  });
  test("renew-self extends nothing and says in Vault's words that it is not renewable", async () => {
    const { reply, entries } = await gateway.sent({
      path: "/v1/auth/token/renew-self",
      method: "PUT",
      token,
      body: { increment: 0 },
    });
    expect(reply.status).toBe(400);
    expect(reply.json.errors).toEqual([expect.stringContaining("lease is not renewable")]);
    expect(entries).toMatchObject([
      { action: "request.refused", actor: { kind: "token" }, details: { via: "vault" } },
    ]);
  });
});
