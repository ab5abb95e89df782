import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { blockPublicKey } from "@/lib/certificates/block-key";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { suspendIdentity } from "@/lib/identities/set-identity-status";
import { createToken } from "@/lib/tokens/create-token";
import { revokeToken } from "@/lib/tokens/revoke-token";
import { adminActor, system } from "@/testing/actors";
import {
  openCompatGateway,
  type CompatAsk,
  type CompatAsked,
  type CompatGateway,
} from "@/testing/gateway/compat-fixture";

let gateway: CompatGateway, identity: string, token: string;
const subject = "/CN=shop.example.com";
const san = "DNS:shop.example.com";
const path = "/v1/pki/sign/tls-server";
beforeAll(async () => {
  gateway = await openCompatGateway();
  identity = await gateway.service("shop", ["shop.example.com"]);
  token = await gateway.serviceToken(identity);
});
afterAll(async () => {
  await gateway?.close();
});

const goodCsr = () => gateway.pem(subject, san);
const sign = (body: unknown, over: Partial<CompatAsk> = {}) =>
  gateway.sent({ path, token, body, ...over });
/** The status and the code, which the one text has; every refusal has Vault's shape. */
function refusalOf({ reply, entries }: CompatAsked): string {
  expect(reply.headers["content-type"]).toBe("application/json");
  expect(Object.keys(reply.json)).toContain("errors");
  expect(reply.json.errors).toHaveLength(1);
  const text = reply.json.errors[0] ?? "";
  expect(text.startsWith("permission denied: ")).toBe(reply.status === 403);
  expect(entries.filter(({ action }) => action === "certificate.planned")).toEqual([]);
  return `${reply.status} ${/Code: ([a-z.-]+)\. Request: req_/.exec(text)?.[1]}`;
}

describe("credentials", () => {
  const refused = "403 unauthenticated";
  test.each<[string, Partial<CompatAsk>]>([
    ["no token", { token: undefined }],
    ["an empty token", { token: "" }],
    ["a token of another product", { token: "hvs.CAESIJ" }],
    ["an unknown token", { token: `chy_${"A".repeat(43)}` }],
    ["Basic instead of Bearer", { token: undefined, headers: { Authorization: "Basic YTpi" } }],
    ["the mTLS port without a certificate", { token: undefined, port: "mtls" }],
  ])("%s is permission denied, whatever the body says", async (_what, over) => {
    const asked = await sign({ csr: goodCsr() }, over);
    expect(refusalOf(asked)).toBe(refused);
    expect(await sign("not JSON", over).then(refusalOf)).toBe(refused);
  });
  test("a revoked token is refused at once, each time with an entry of the reason", async () => {
    const { result } = await createToken(gateway.harness.deps, system, {
      name: "gone",
      role: "service",
      identityId: identity,
      expiresInDays: null,
    });
    await revokeToken(gateway.harness.deps, adminActor(), result.id);
    for (let time = 0; time < 3; time++) {
      const asked = await sign({ csr: goodCsr() }, { token: result.secret ?? "" });
      expect(refusalOf(asked)).toBe(refused);
      expect(asked.entries).toMatchObject([
        {
          action: "request.refused",
          outcome: "denied",
          reason: `revoked token ${result.id}`,
          details: { via: "vault", path, code: "unauthenticated" },
        },
      ]);
    }
  });
  test("two different tokens in two headers are ambiguous and refused", async () => {
    const other = await gateway.tokenFor("operator");
    const asked = await sign({ csr: goodCsr() }, { headers: { Authorization: `Bearer ${other}` } });
    expect(refusalOf(asked)).toBe("400 compat.bad-request");
  });
  test.each(["admin", "operator"] as const)(
    "a token of role %s can't say for which identity, and signs nothing",
    async (role) => {
      const asked = await sign({ csr: goodCsr() }, { token: await gateway.tokenFor(role) });
      expect(refusalOf(asked)).toBe("403 compat.identity-required");
      expect(asked.entries).toMatchObject([
        { action: "request.refused", actor: { kind: "token" } },
      ]);
    },
  );
  test.each(["auditor", "approver"] as const)("a token of role %s may not issue", async (role) => {
    const asked = await sign({ csr: goodCsr() }, { token: await gateway.tokenFor(role) });
    expect(refusalOf(asked)).toBe("403 forbidden");
  });
  test("the token of a suspended identity counts for nothing", async () => {
    const other = await gateway.service("asleep", ["asleep.example.com"]);
    const own = await gateway.serviceToken(other);
    await suspendIdentity(gateway.harness.deps, adminActor(), other, { comment: "" });
    const csr = gateway.pem("/CN=asleep.example.com", "DNS:asleep.example.com");
    expect(refusalOf(await sign({ csr }, { token: own }))).toBe(refused);
  });
  test("a revoked client certificate refuses the request in Vault's shape, even with a good token; what anyone may read it still reads", async () => {
    const lost = await gateway.issue("lost");
    await revokeCertificate(gateway.harness.deps, adminActor(), lost.certificate.id, {
      reason: "keyCompromise",
    });
    const { reply, entries } = await sign({ csr: goodCsr() }, { client: lost });
    expect([reply.status, reply.headers["content-type"]]).toEqual([401, "application/json"]);
    expect(reply.json.errors).toEqual([expect.stringContaining("certificate.revoked")]);
    expect(entries).toMatchObject([{ details: { code: "certificate.revoked" } }]);
    for (const public_ of ["/v1/sys/health", "/v1/pki/ca/pem", "/v1/pki/crl"])
      expect((await gateway.send({ path: public_, client: lost })).status).toBe(200);
  });
  test("a page of another site can't use the certificate of a browser", async () => {
    const client = await gateway.issue("shop", { identityId: identity });
    const headers = { Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" };
    const asked = await sign({ csr: goodCsr() }, { token: undefined, client, headers });
    expect(asked.reply.status).toBe(403);
    expect(asked.entries).toMatchObject([{ details: { code: "request.foreign-origin" } }]);
  });
  test("lookup-self and renew-self are 403 in JSON for everyone without a token, never 404", async () => {
    const client = await gateway.issue("shop", { identityId: identity });
    for (const over of [{}, { client }, { token: "x" }])
      for (const [method, what] of [
        ["GET", "lookup-self"],
        ["PUT", "renew-self"],
      ] as const) {
        const asked = await gateway.sent({ method, path: `/v1/auth/token/${what}`, ...over });
        expect(refusalOf(asked)).toBe("403 unauthenticated");
      }
  });
});

describe("what is asked", () => {
  test("a name that the identity doesn't hold is refused with every reason, as an entry that names the API", async () => {
    const csr = gateway.pem("/CN=other.example.com", "DNS:other.example.com,DNS:shop.example.com");
    const asked = await sign({ csr });
    expect(refusalOf(asked)).toBe("400 certificate.refused");
    expect(asked.reply.json.errors[0]).toContain("other.example.com");
    expect(asked.entries).toMatchObject([
      { action: "certificate.refused", outcome: "denied", details: { via: "vault" } },
    ]);
  });
  test("a key that was blocked before it had a certificate is refused, as an entry", async () => {
    const csr = goodCsr();
    await blockPublicKey(gateway.harness.deps, adminActor(), { key: csr, comment: "" });
    const asked = await sign({ csr });
    expect(refusalOf(asked)).toBe("400 certificate.refused");
    expect(asked.entries).toMatchObject([
      { action: "certificate.refused", outcome: "denied", reason: "key.blocked" },
    ]);
  });
  test("another identity's names look like names that no one holds", async () => {
    await gateway.service("bank", ["bank.example.com"]);
    const texts = await Promise.all(
      ["bank.example.com", "nobody.example.com"].map(async (name) => {
        const { reply } = await sign({ csr: gateway.pem(`/CN=${name}`, `DNS:${name}`) });
        return String(reply.json.errors[0])
          .replaceAll(name, "X")
          .replace(/req_\w+/, "");
      }),
    );
    expect(texts[0]).toBe(texts[1]);
  });
  test.each([
    ["common_name", "other.example.com"],
    ["alt_names", "shop.example.com,other.example.com"],
    ["alt_names", ["other.example.com"]],
    ["alt_names", "root@example.com"],
    ["ip_sans", "10.0.0.1"],
    ["uri_sans", "spiffe://example.com/x"],
  ])("%s %j that the CSR doesn't have is refused, not dropped", async (field, value) => {
    const asked = await sign({ csr: goodCsr(), [field]: value });
    expect(refusalOf(asked)).toBe("400 compat.names-differ");
    expect(asked.entries).toMatchObject([{ action: "request.refused", actor: { kind: "token" } }]);
  });
  test.each<[Record<string, unknown>]>([
    [{ csr: "" }],
    [{}],
    [{ csr: 7, ttl: {} }],
    [{ ttl: "soon" }],
    [{ ttl: "-1h" }],
    [{ ttl: "1h", not_after: "2030-01-01T00:00:00Z" }],
    [{ not_after: "tomorrow" }],
    [{ format: "jks" }],
    [{ exclude_cn_from_sans: "maybe" }],
    [{ remove_roots_from_chain: [] }],
    [{ other_sans: "1.2.3.4;UTF8:x" }],
    [{ user_ids: "root" }],
    [{ serial_number: "42" }],
    [{ alt_names: { a: 1 } }],
    [{ alt_names: [1] }],
    [{ alt_names: Array.from({ length: 201 }, () => "a.example.com") }],
  ])("%j is a bad request", async (fields) => {
    const isBare = Object.keys(fields).length === 0 || "csr" in fields;
    const asked = await sign(isBare ? fields : { csr: goodCsr(), ...fields });
    expect(refusalOf(asked)).toBe("400 compat.bad-request");
  });
  test.each([["[]"], ['"text"'], ["null"]])("the body %s is no object", async (body) => {
    expect(refusalOf(await sign(body))).toBe("400 compat.bad-request");
  });
  test("no body, no JSON and too much are refused with their codes", async () => {
    expect(refusalOf(await sign(""))).toBe("400 request.no-body");
    expect(refusalOf(await sign("csr=x"))).toBe("400 request.bad-json");
    expect(refusalOf(await sign({ csr: "A".repeat(200_000) }))).toBe("413 request.too-large");
  });
  test("what is no CSR is refused by the decision, as an entry", async () => {
    const asked = await sign({ csr: "hello", common_name: "shop.example.com" });
    expect(refusalOf(asked)).toBe("400 certificate.refused");
  });
  test.each(["X-Vault-Namespace", "X-Vault-Wrap-TTL"])(
    "%s would change what the call means, so it is refused",
    async (name) => {
      const asked = await sign({ csr: goodCsr() }, { headers: { [name]: "60" } });
      expect(refusalOf(asked)).toBe("400 compat.bad-request");
    },
  );
});

describe("addresses and methods", () => {
  test.each([
    ["/v1/pki/sign/no-such", "404 compat.unknown-profile"],
    ["/v1/pki/sign/console-tls", "404 compat.unknown-profile"],
    ["/v1/pki/sign/root-ca", "404 compat.unknown-profile"],
    ["/v1/root/sign/tls-server", "404 compat.unknown-authority"],
    ["/v1/other/sign/tls-server", "404 compat.unknown-authority"],
    ["/v1/pki/sign/tls-client-person", "400 certificate.refused"],
  ])("%s is %s", async (where, code) => {
    expect(refusalOf(await sign({ csr: goodCsr() }, { path: where }))).toBe(code);
  });
  test("no one gets a CA certificate without a permission, and each attempt is an entry of its caller", async () => {
    const body = { csr: goodCsr(), ttl: "86400", common_name: "", uri_sans: "" };
    for (const [role, code] of [
      [token, "compat.ca-refused"],
      [await gateway.tokenFor("admin"), "compat.identity-required"],
    ] as const) {
      const where = { path: "/v1/pki/root/sign-intermediate", method: "PUT", token: role };
      const asked = await sign(body, where);
      expect(refusalOf(asked)).toBe(`403 ${code}`);
      expect(asked.entries).toMatchObject([
        { action: "request.refused", actor: { kind: "token" }, details: { via: "vault" } },
      ]);
    }
    const stranger = { path: "/v1/pki/root/sign-intermediate", token: undefined };
    expect(refusalOf(await sign(body, stranger))).toBe("403 unauthenticated");
  });
  test.each([
    ["/v1"],
    ["/v1/"],
    ["/v1/pki/issue/tls-server"],
    ["/v1/pki/sign-verbatim/tls-server"],
    ["/v1/pki/revoke"],
    ["/v1/pki/sign/"],
    ["/v1/pki/sign/TLS-SERVER"],
    ["/v1/pki/sign/tls%2dserver"],
    ["/v1/pki/../pki/sign/tls-server"],
    ["/v1//pki/sign/tls-server"],
    ["/v1/pki/sign/tls-server/"],
    ["/v1/sys/mounts"],
    ["/v1/secret/data/x"],
    ["/v1/auth/token/create"],
  ])("%s isn't offered, also with a good token", async (where) => {
    const asked = await sign({ csr: goodCsr() }, { path: where });
    expect(refusalOf(asked)).toBe("404 compat.not-found");
  });
  test.each([
    ["GET", path, "POST, PUT"],
    ["DELETE", path, "POST, PUT"],
    ["POST", "/v1/sys/health", "GET, HEAD"],
    ["PUT", "/v1/pki/ca/pem", "GET, HEAD"],
    ["POST", "/v1/auth/token/lookup-self", "GET"],
  ])("%s %s is refused with what is allowed", async (method, where, allow) => {
    const asked = await gateway.sent({ method, path: where, token });
    expect(refusalOf(asked)).toBe("405 request.method");
    expect(asked.reply.headers["allow"]).toBe(allow);
  });
});
