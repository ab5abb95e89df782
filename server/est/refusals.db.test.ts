import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { blockPublicKey } from "@/lib/certificates/block-key";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { suspendIdentity } from "@/lib/identities/set-identity-status";
import { adminActor, system } from "@/testing/actors";
import {
  openEstGateway,
  refusalOf,
  textOf,
  type Ask,
  type Asked,
  type EstGateway,
} from "@/testing/gateway/est-fixture";
import { readCertsOnly, showAsn1 } from "@/testing/gateway/read-cms";
import { setProxyScopes, trustProxy } from "@/testing/gateway/proxy-requests";
import type { Client } from "@/testing/gateway/test-gateway";

let gateway: EstGateway, identity: string, client: Client;
const subject = "/CN=pay.example.com";
const san = "DNS:pay.example.com";
beforeAll(async () => {
  gateway = await openEstGateway();
  identity = await gateway.service("pay", [san.slice(4)]);
  client = await gateway.issue("pay", { identityId: identity });
});
afterAll(async () => {
  await gateway?.close();
});

const ask = (one: Ask): Promise<Asked> => gateway.asked(one);
const goodCsr = () => gateway.csr({ subject, san });

describe("what anyone may ask for", () => {
  test("cacerts is a certs-only CMS of the profile's CA and the root, which pkijs reads, without signers or content", async () => {
    const { result, entries } = await ask({ path: "tls-server/cacerts" });
    expect(result.status).toBe(200);
    expect(result.headers).toContain("content-type: application/pkcs7-mime\r");
    expect(result.headers).toContain("content-transfer-encoding: base64");
    expect(result.body).not.toContain("-----");
    expect(readCertsOnly(result.body)).toEqual({
      isSignedData: true,
      version: 1,
      signers: 0,
      hasContent: false,
      certificates: 2,
    });
    expect(entries).toEqual([]);
    const all = await gateway.ask({ path: "cacerts" });
    expect(all.body).toBe(result.body);
    const head = await gateway.ask({ path: "cacerts", args: ["-I"] });
    expect([head.status, head.body]).toEqual([200, ""]);
  });
  test("the answer to an enrollment has the issued certificate alone, with smime-type=certs-only", async () => {
    const secret = await gateway.secretFor(identity);
    const { result } = await ask({
      path: "tls-server/simpleenroll",
      secret,
      file: (await goodCsr()).file,
    });
    expect(result.headers).toContain("content-type: application/pkcs7-mime; smime-type=certs-only");
    expect(readCertsOnly(result.body)).toMatchObject({ signers: 0, certificates: 1 });
  });
  test("every answer is base64 of DER alone: no PEM lines around it, nothing that is no base64, in lines that any decoder takes", async () => {
    const secret = await gateway.secretFor(identity);
    const { file: csr } = await goodCsr();
    for (const one of [
      await ask({ path: "tls-server/cacerts" }),
      await ask({ path: "tls-server/csrattrs" }),
      await ask({ path: "tls-server/simpleenroll", secret, file: csr }),
    ]) {
      const { body } = one.result;
      expect(body).toMatch(/^(?:[A-Za-z0-9+/]{1,76}={0,2}\r?\n?)+$/);
      expect(Buffer.from(body, "base64")[0]).toBe(0x30);
    }
  });
  test("csrattrs names the key and the signature that the profile prefers, and nothing without a label", async () => {
    const { result } = await ask({ path: "tls-server/csrattrs" });
    expect([result.status, result.headers]).toEqual([
      200,
      expect.stringContaining("content-type: application/csrattrs\r"),
    ]);
    const shown = showAsn1(result.body);
    expect(shown).toMatch(/1\.2\.840\.10045\.2\.1/);
    expect(shown).toMatch(/1\.2\.840\.10045\.3\.1\.7/);
    expect(shown).toMatch(/1\.2\.840\.10045\.4\.3\.2/);
    const none = await gateway.ask({ path: "csrattrs" });
    expect([none.status, none.body]).toEqual([204, ""]);
  });
  test("a revoked client certificate still gets the CAs, and nothing else", async () => {
    const lost = await gateway.issue("lost");
    await revokeCertificate(gateway.harness.deps, adminActor(), lost.certificate.id, {
      reason: "keyCompromise",
    });
    expect((await gateway.ask({ path: "cacerts", client: lost })).status).toBe(200);
    const { file: csr } = await goodCsr();
    const refused = await ask({ path: "simpleenroll", client: lost, file: csr });
    expect(refused.result.status).toBe(401);
    expect(refused.result.body).toContain("certificate.revoked");
    expect(refused.entries).toMatchObject([
      { action: "request.refused", details: { code: "certificate.revoked" } },
    ]);
  });
});

describe("addresses and methods", () => {
  test.each([
    ["tls-server/fullcmc"],
    ["serverkeygen"],
    ["tls-server/"],
    ["a/b/cacerts"],
    ["../est/cacerts"],
    ["tls-server%2fcacerts"],
    ["TLS-SERVER/cacerts"],
    [`${"a".repeat(49)}/cacerts`],
  ])("%s is no operation", async (path) => {
    expect(refusalOf(await ask({ path }))).toBe("404 est.not-found");
  });
  test.each([
    ["no-such/cacerts"],
    ["no-such/csrattrs"],
    ["console-tls/cacerts"],
    ["root-ca/csrattrs"],
  ])("%s has a label that is no profile for people's certificates", async (path) => {
    expect(refusalOf(await ask({ path }))).toBe("404 est.unknown-label");
  });
  test("an unknown label is refused before a credential is looked at", async () => {
    const secret = await gateway.secretFor(identity);
    const { file: csr } = await goodCsr();
    for (const name of ["simpleenroll", "simplereenroll"])
      expect(refusalOf(await ask({ path: `no-such/${name}`, secret, file: csr }))).toBe(
        "404 est.unknown-label",
      );
  });
  test.each([
    ["GET", "simpleenroll", "post"],
    ["PUT", "tls-server/simplereenroll", "post"],
    ["POST", "cacerts", "get, head"],
    ["DELETE", "tls-server/csrattrs", "get, head"],
  ])("%s %s is refused with what is allowed", async (method, path, allow) => {
    const asked = await ask({ path, method });
    expect(refusalOf(asked)).toBe("405 request.method");
    expect(asked.result.headers).toContain(`allow: ${allow}\r`);
  });
});

describe("credentials", () => {
  test("without one the client is asked for Basic, and what it sent is not read", async () => {
    for (const at of [gateway.httpsUrl(), gateway.mtlsUrl()]) {
      const asked = await ask({ path: "simpleenroll", at, file: (await goodCsr()).file });
      expect(refusalOf(asked)).toBe("401 unauthenticated");
      expect(asked.result.headers).toContain('www-authenticate: basic realm="chancery enrollment"');
    }
  });
  test("a wrong secret, a bearer token and an empty header are asked for Basic again", async () => {
    const made = await gateway.secretFor(identity);
    const token = await gateway.tokenFor("admin");
    const { file: csr } = await goodCsr();
    const wrong = { id: made.id, secret: `chy_${"A".repeat(43)}` };
    expect(refusalOf(await ask({ path: "simpleenroll", secret: wrong, file: csr }))).toBe(
      "401 unauthenticated",
    );
    for (const value of [`Bearer ${token}`, "Basic", "Negotiate abc"]) {
      const headers = [`Authorization: ${value}`];
      const { result } = await ask({ path: "simpleenroll", headers, file: csr });
      expect(result.status, value).toBe(401);
    }
  });
  test("a spent secret is refused in words that a person at curl understands, as an entry about the secret", async () => {
    const secret = await gateway.secretFor(identity);
    await gateway.ask({ path: "simpleenroll", secret, file: (await goodCsr()).file });
    const asked = await ask({ path: "simpleenroll", secret, file: (await goodCsr()).file });
    expect(refusalOf(asked)).toBe("403 enrollment.secret-spent");
    expect(asked.result.body).toMatch(/^This enrollment secret was used already\./);
    expect(asked.entries).toMatchObject([
      { action: "enrollment-secret.refused", target: { kind: "enrollment-secret", id: secret.id } },
    ]);
  });
  test("a key that was blocked before it had a certificate is refused, for enrollment and re-enrollment", async () => {
    const { file: csr, pemFile } = await goodCsr();
    await blockPublicKey(gateway.harness.deps, adminActor(), {
      key: readFileSync(pemFile, "utf8"),
      comment: "",
    });
    const secret = await gateway.secretFor(identity);
    const enrolled = await ask({ path: "tls-server/simpleenroll", secret, file: csr });
    const again = await ask({ path: "simplereenroll", client, file: csr });
    for (const asked of [enrolled, again]) {
      expect(asked.result.status).toBe(422);
      expect(asked.entries.map(({ action }) => action)).not.toContain("certificate.planned");
    }
    expect(JSON.stringify(enrolled.entries)).toContain("key.blocked");
    expect(JSON.stringify(again.entries)).toContain("key.blocked");
  });
  test("a secret is for the label that is its profile, and for its networks", async () => {
    const secret = await gateway.secretFor(identity, { networks: ["192.0.2.0/24"] });
    const { file: csr } = await goodCsr();
    expect(refusalOf(await ask({ path: "simpleenroll", secret, file: csr }))).toBe(
      "403 enrollment.secret-network",
    );
    const other = await gateway.secretFor(identity);
    expect(
      refusalOf(await ask({ path: "tls-client-service/simpleenroll", secret: other, file: csr })),
    ).toBe("403 enrollment.secret-profile");
  });
  test("a secret re-enrolls nothing", async () => {
    const secret = await gateway.secretFor(identity);
    const asked = await ask({ path: "simplereenroll", secret, file: (await goodCsr()).file });
    expect(refusalOf(asked)).toBe("403 est.certificate-required");
    expect(asked.result.body).toContain("Connect to the mTLS port");
  });
  test("of two requests at once with one use exactly one gets a certificate", async () => {
    const secret = await gateway.secretFor(identity);
    const { file: csr } = await goodCsr();
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => gateway.ask({ path: "simpleenroll", secret, file: csr })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200, 403, 403, 403,
    ]);
  });
  test("an expired certificate is refused for enrollment and re-enrollment", async () => {
    const short = await gateway.issue("short", { validitySeconds: 3600 });
    gateway.harness.advance(3_700_000);
    const { file: csr } = await gateway.csr({ subject: "/CN=short.example.com" });
    for (const path of ["simpleenroll", "simplereenroll"]) {
      const { result, entries } = await ask({ path, client: short, file: csr });
      expect([result.status, result.body]).toEqual([
        401,
        expect.stringContaining("certificate.expired"),
      ]);
      expect(entries).toMatchObject([{ action: "request.refused", outcome: "denied" }]);
    }
  });
  test("a certificate of a suspended identity is refused", async () => {
    const paused = await gateway.issue("paused");
    await suspendIdentity(gateway.harness.deps, system, paused.identityId, { comment: "" });
    const { result } = await ask({
      path: "simpleenroll",
      client: paused,
      file: (await goodCsr()).file,
    });
    expect(result.body).toContain("identity.suspended");
  });
  test("a certificate that a proxy passes on proves nothing: neither enrolls nor re-enrolls", async () => {
    const edge = await gateway.issue("edge");
    const proxy = await trustProxy(gateway.harness.deps, edge.identityId, "nginx");
    await setProxyScopes(gateway.harness.deps, proxy, ["api"]);
    const pem = encodeURIComponent(
      textOf(client.certFile).split(/(?<=END CERTIFICATE-----\n)/)[0] ?? "",
    );
    const headers = [
      `X-SSL-Client-Cert: ${pem}`,
      "X-SSL-Client-Verify: SUCCESS",
      "X-Forwarded-For: 127.0.0.1",
    ];
    for (const path of ["simpleenroll", "simplereenroll"]) {
      const { result, entries } = await ask({
        path,
        client: edge,
        headers,
        file: (await goodCsr()).file,
      });
      expect([path, result.status]).toEqual([path, 403]);
      expect(entries.filter(({ action }) => action === "certificate.planned")).toEqual([]);
      expect(entries.at(-1)).toMatchObject({ action: "request.refused", outcome: "denied" });
    }
    // The same header from anyone else is no credential at all.
    const stranger = await ask({ path: "simpleenroll", headers, file: (await goodCsr()).file });
    expect(refusalOf(stranger)).toBe("401 unauthenticated");
  });
  test("a page of another site can't use the certificate of a browser", async () => {
    const headers = ["Origin: https://evil.example", "Sec-Fetch-Site: cross-site"];
    const { result } = await ask({
      path: "simpleenroll",
      client,
      headers,
      file: (await goodCsr()).file,
    });
    expect(result.status).toBe(403);
  });
});
