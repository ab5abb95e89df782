import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { suspendIdentity } from "@/lib/identities/set-identity-status";
import { createToken } from "@/lib/tokens/create-token";
import { revokeToken } from "@/lib/tokens/revoke-token";
import { createFirstAccount } from "@/lib/accounts/create-first-account";
import { csrOf, linkPerson, makeIdentity, password } from "@/testing/accounts/person";
import { adminActor, system } from "@/testing/actors";
import {
  openCompatGateway,
  type CompatAsk,
  type CompatGateway,
} from "@/testing/gateway/compat-fixture";
import { forwardedBy, setProxyScopes, trustProxy } from "@/testing/gateway/proxy-requests";

let gateway: CompatGateway, identity: string, token: string;
const subject = "/CN=shop.example.com";
const san = "DNS:shop.example.com";
beforeAll(async () => {
  gateway = await openCompatGateway();
  identity = await gateway.service("shop", ["shop.example.com"]);
  token = await gateway.serviceToken(identity);
});
afterAll(async () => {
  await gateway?.close();
});

const appRole = (body: unknown, over: Partial<CompatAsk> = {}) =>
  gateway.sent({ path: "/v1/auth/approle/login", body, ...over });
const loginOf = async (secret: string, of = identity): Promise<string> => {
  const { reply } = await appRole({ role_id: of, secret_id: secret });
  expect(reply.status, reply.body).toBe(200);
  return reply.json.auth.client_token;
};
const sign = (own: string, over: Partial<CompatAsk> = {}) =>
  gateway.sent({
    path: "/v1/pki/sign/tls-server",
    token: own,
    body: { csr: gateway.pem(subject, san) },
    ...over,
  });
const codeOf = (body: string): string => /Code: ([a-z.-]+)\. Request/.exec(body)?.[1] ?? "none";

describe("AppRole", () => {
  test("an identity's ID and one of its service tokens get a token of five minutes, which signs and looks itself up", async () => {
    const { reply, entries } = await appRole({ role_id: identity, secret_id: token });
    expect(reply.status, reply.body).toBe(200);
    const { client_token, lease_duration, accessor } = reply.json.auth;
    expect(client_token).not.toBe(token);
    expect(lease_duration).toBe(300);
    expect(entries).toMatchObject([
      { action: "login.created", actor: { kind: "token" }, details: { by: "token", via: "vault" } },
    ]);
    const signed = await sign(client_token);
    expect(signed.reply.status, signed.reply.body).toBe(200);
    expect(signed.entries[0]).toMatchObject({
      actor: { kind: "token", id: accessor, label: "Login of shop" },
      details: { via: "vault" },
    });
    const self = await gateway.send({ path: "/v1/auth/token/lookup-self", token: client_token });
    expect(self.json.data.ttl).toBeGreaterThan(280);
    expect(self.json.data.ttl).toBeLessThanOrEqual(300);
  });
  test("under any name of the mount, by PUT as by POST, and with spaces around both", async () => {
    const { reply } = await appRole(
      { role_id: ` ${identity}\n`, secret_id: `${token}\n` },
      { method: "PUT", path: "/v1/auth/my-approle/login" },
    );
    expect(reply.status, reply.body).toBe(200);
  });
  test.each<[string, () => Promise<unknown>]>([
    [
      "another identity's ID",
      async () => ({ role_id: await gateway.service("x", []), secret_id: token }),
    ],
    ["the identity's name", async () => ({ role_id: "shop", secret_id: token })],
    ["an unknown token", async () => ({ role_id: identity, secret_id: `chy_${"A".repeat(43)}` })],
    [
      "a staff token",
      async () => ({ role_id: identity, secret_id: await gateway.tokenFor("admin") }),
    ],
    ["the token of a login", async () => ({ role_id: identity, secret_id: await loginOf(token) })],
    [
      "an enrollment secret",
      async () => ({ role_id: identity, secret_id: (await gateway.secretFor(identity)).secret }),
    ],
  ])("%s is refused, as an entry, in one way", async (_what, make) => {
    const { reply, entries } = await appRole(await make());
    expect([reply.status, codeOf(reply.body)]).toEqual([403, "unauthenticated"]);
    expect(reply.json.errors[0]).toContain("invalid role or secret ID");
    expect(entries.at(-1)).toMatchObject({ details: { code: "unauthenticated", via: "vault" } });
  });
  test.each<[unknown]>([
    [{}],
    [{ role_id: "x" }],
    [{ role: "web", jwt: "eyJhbGciOi.e30.x" }],
    [{ role_id: "a", secret_id: "b", cidr_list: "0.0.0.0/0" }],
  ])("%j is a bad request", async (body) => {
    const { reply } = await appRole(body);
    expect([reply.status, codeOf(reply.body)]).toEqual([400, "compat.bad-request"]);
  });
  test("a login takes no token of another one", async () => {
    const { reply } = await appRole({ role_id: identity, secret_id: token }, { token });
    expect(codeOf(reply.body)).toBe("compat.bad-request");
  });
  test("a proxy that may not see tokens may not see a secret_id", async () => {
    const edge = await gateway.issue("edge");
    const proxy = await trustProxy(gateway.harness.deps, edge.identityId, "nginx", 1, ["api"]);
    const ask = () => appRole({ role_id: identity, secret_id: token }, { client: edge });
    expect(codeOf((await ask()).reply.body)).toBe("proxy.scope");
    await setProxyScopes(gateway.harness.deps, proxy, ["console"]);
    expect((await ask()).reply.status).toBe(200);
  });
});

describe("a client certificate", () => {
  const certificate = (over: Partial<CompatAsk>) =>
    gateway.sent({ path: "/v1/auth/cert/login", body: { name: "" }, ...over });
  test("logs in on the mTLS port, and the token signs on the port without one", async () => {
    const client = await gateway.issue("shop", { identityId: identity });
    const { reply, entries } = await certificate({ client });
    expect(reply.status, reply.body).toBe(200);
    expect(entries).toMatchObject([
      { action: "login.created", actor: { kind: "certificate" }, details: { by: "certificate" } },
    ]);
    expect((await sign(reply.json.auth.client_token)).reply.status).toBe(200);
    const named = await certificate({ client, body: { name: "shop" } });
    expect(named.reply.status).toBe(200);
    const other = await certificate({ client, body: { name: "bank" } });
    expect(codeOf(other.reply.body)).toBe("compat.bad-request");
  });
  test("must be there: without one, or with a token in its place, no one is logged in", async () => {
    for (const port of ["https", "mtls"] as const) {
      const { reply } = await certificate({ port });
      expect([reply.status, codeOf(reply.body)]).toEqual([403, "unauthenticated"]);
    }
    const headers = { authorization: `Bearer ${token}` };
    expect((await certificate({ headers })).reply.status).toBe(400);
  });
  test("that a proxy passes on logs no one in, whatever the proxy's scopes", async () => {
    const client = await gateway.issue("shop", { identityId: identity });
    const edge = await gateway.issue("edge2");
    const headers = forwardedBy.nginx({ cert: client.cert }).headers as Record<string, string>;
    const proxy = await trustProxy(gateway.harness.deps, edge.identityId, "nginx", 1, ["api"]);
    for (const scopes of [["api"], ["console"], ["api", "console"], ["forward-auth"]] as const) {
      await setProxyScopes(gateway.harness.deps, proxy, scopes);
      const { reply, entries } = await certificate({ client: edge, headers });
      expect(reply.status).toBe(403);
      expect(entries.map(({ action }) => action)).not.toContain("login.created");
    }
  });
  test("that is revoked ends its logins at once, with the reason in the entry", async () => {
    const client = await gateway.issue("shop", { identityId: identity });
    const { reply } = await certificate({ client });
    const own = reply.json.auth.client_token;
    expect((await sign(own)).reply.status).toBe(200);
    await revokeCertificate(gateway.harness.deps, adminActor(), client.certificate.id, {
      reason: "keyCompromise",
    });
    const refused = await sign(own);
    expect([refused.reply.status, codeOf(refused.reply.body)]).toEqual([403, "unauthenticated"]);
    expect(refused.entries[0]?.reason).toContain("certificate.revoked");
  });
  test("whose identity becomes a proxy ends its logins", async () => {
    const client = await gateway.issue("soon");
    const own = (await certificate({ client })).reply.json.auth.client_token;
    await trustProxy(gateway.harness.deps, client.identityId, "nginx");
    expect((await sign(own)).reply.status).toBe(403);
  });
});

describe("a login", () => {
  test("signs nothing for an identity that can sign in, as no other token does", async () => {
    const { deps } = gateway.harness;
    const boss = await makeIdentity(deps, adminActor());
    const before = await loginOf(await gateway.serviceToken(boss.id), boss.id);
    const account = await createFirstAccount(deps, system, {
      email: "boss@example.com",
      name: "Boss",
      role: "operator",
      password,
    });
    await linkPerson(deps, adminActor(), account.result.id, boss.id);
    const { reply, entries } = await sign(before, {
      path: "/v1/pki/sign/tls-client-person",
      body: { csr: await csrOf(boss) },
    });
    expect([reply.status, codeOf(reply.body)]).toEqual([400, "certificate.refused"]);
    expect(entries[0]?.reason).toContain("identity.confers-power");
  });
  test("counts on the compatible APIs alone: the REST API doesn't know it", async () => {
    const own = await loginOf(token);
    const { reply } = await gateway.sent({
      path: "/api/v1/certificates",
      headers: { authorization: `Bearer ${own}` },
    });
    expect(reply.status).toBe(401);
  });
  test("ends with the token that made it", async () => {
    const { result } = await createToken(gateway.harness.deps, system, {
      name: "short",
      role: "service",
      identityId: identity,
      expiresInDays: null,
    });
    const own = await loginOf(result.secret ?? "");
    expect((await sign(own)).reply.status).toBe(200);
    await revokeToken(gateway.harness.deps, adminActor(), result.id);
    const refused = await sign(own);
    expect(refused.reply.status).toBe(403);
    expect(refused.entries[0]?.reason).toContain("revoked token");
  });
  test("ends when its identity is suspended, and by itself after five minutes", async () => {
    const other = await gateway.service("asleep", ["asleep.example.com"]);
    const own = await loginOf(await gateway.serviceToken(other), other);
    await suspendIdentity(gateway.harness.deps, adminActor(), other, { comment: "" });
    expect((await sign(own)).reply.status).toBe(403);
    const late = await loginOf(token);
    await gateway.harness.asSuper("alter table login disable trigger never_changes");
    await gateway.harness.asSuper(
      "update login set created_at = created_at - interval '6 minutes', expires_at = expires_at - interval '6 minutes'",
    );
    await gateway.harness.asSuper("alter table login enable always trigger never_changes");
    const refused = await sign(late);
    expect(refused.reply.status).toBe(403);
    expect(refused.entries[0]?.reason).toContain("expired login");
  });
  test("is never kept: the database has only the hash of its token", async () => {
    const own = await loginOf(token);
    const rows = await gateway.harness.asSuper(
      "select l.*, encode(secret_hash, 'escape') as text from login l",
    );
    expect(JSON.stringify(rows)).not.toContain(own.slice(4));
    expect(JSON.stringify(await gateway.entries())).not.toContain(own.slice(4));
  });
  test("lasts five minutes at most, which the database holds for every role", async () => {
    await expect(
      gateway.harness.asSuper(
        `insert into login (id, identity_id, token_id, secret_hash, created_at, expires_at) select 'lgn_x', '${identity}', id, 'x', now(), now() + interval '1 hour' from api_token limit 1`,
      ),
    ).rejects.toThrow(/login_is_short/);
  });
});
