import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getAuthority } from "@/lib/authorities/read-authorities";
import { createProfile } from "@/lib/profiles/create-profile";
import { getProfile } from "@/lib/profiles/read-profiles";
import { profileInput } from "@/lib/profiles/schema";
import { adminActor } from "@/testing/actors";
import { createConfirmedAuthority } from "@/testing/ca/host-operator";
import { openHandlerFixture } from "@/testing/gateway/handler-fixture";
import { openCompatGateway, type CompatGateway } from "@/testing/gateway/compat-fixture";
import { testHostCaller } from "@/testing/harness";
import type { Readiness } from "@/server/status/readiness";
import type { CompatSources } from "./compat-call";
import { makeCompatHandler } from "./compat-handler";

// What cert-manager, SPIRE and scripts send, and what they insist on, where others failed them.
let gateway: CompatGateway, identity: string, token: string;
const admin = adminActor();
const names = ["trap.example.com"];
const hour = 3_600;

beforeAll(async () => {
  gateway = await openCompatGateway();
  identity = await gateway.service("trap", names);
  token = await gateway.serviceToken(identity);
});
afterAll(() => gateway?.close());

const pem = () => gateway.pem("/CN=trap.example.com", "DNS:trap.example.com");
const sign = (over: object = {}, path = "/v1/pki/sign/tls-server") =>
  gateway.sent({ path, token, body: { csr: pem(), ...over } });

describe("ttl is a text, as clients write it", () => {
  test.each([
    ["72h", 72 * hour],
    ["72h0m0s", 72 * hour],
    ["4320m", 72 * hour],
    ["259200", 72 * hour],
    ["3d", 72 * hour],
    ["1h30m0s", 5_400],
    ["24h0m0.5s", 24 * hour],
  ])("%s is that lifetime", async (ttl, seconds) => {
    const { reply } = await sign({ ttl });
    expect(reply.status, reply.body).toBe(200);
    const { validTo } = new X509Certificate(reply.json.data.certificate);
    expect(Math.abs(Date.parse(validTo) / 1000 - Date.now() / 1000 - seconds)).toBeLessThan(30);
    expect(reply.json.warnings).toBeNull();
  });
  test.each(["", "0s"])("%j is the profile's lifetime", async (ttl) => {
    const [asked, plain] = [(await sign({ ttl })).reply, (await sign()).reply];
    const days = ({ json }: typeof asked): number =>
      Math.round((json.data.expiration - Date.now() / 1000) / 86_400);
    expect(days(asked)).toBe(days(plain));
  });
  test.each(["-1h", "1y", "soon", "1h 30m"])(
    "%j is refused and nothing is planned",
    async (ttl) => {
      const { reply, entries } = await sign({ ttl });
      expect([reply.status, reply.body]).toEqual([400, expect.stringContaining("ttl")]);
      expect(entries.map(({ action }) => action)).toEqual(["request.refused"]);
    },
  );
});

describe("certificate, issuing_ca and ca_chain are exactly one chain", () => {
  beforeAll(async () => {
    const { deps } = gateway.harness;
    const common = { keyAlgorithm: "ecdsa-p256", validityYears: 2 } as const;
    const { id: root } = await getAuthority(deps, admin, "root");
    const stranger = { ...common, name: "Stranger Root", slug: "stranger", parentId: null };
    await createConfirmedAuthority(deps, stranger);
    await createConfirmedAuthority(deps, {
      ...common,
      name: "Other",
      slug: "other",
      parentId: root,
    });
    const policy = { ...common, name: "Policy", slug: "policy", parentId: root, pathLength: 1 };
    const { id: parentId } = await createConfirmedAuthority(deps, policy);
    await createConfirmedAuthority(deps, { ...common, name: "Deep", slug: "deep", parentId });
    const none = { uri: [], email: [], ip: [] };
    const addition = { ...none, dns: ["example.com"], usages: ["serverAuth"], days: 397 };
    await deps.signer.allow(testHostCaller, { authority: "deep", addition });
    const { rules } = await getProfile(deps, admin, "tls-server");
    const input = { slug: "of-deep", name: "of-deep", authority: "deep", rules };
    await createProfile(deps, admin, profileInput.parse(input));
  });

  test.each([
    ["/v1/issuing/sign/tls-server", ["Example Issuing CA", "Example Root CA"]],
    ["/v1/deep/sign/of-deep", ["Deep", "Policy", "Example Root CA"]],
  ])("%s: each CA once up to the root, no stranger among other CAs, no leaf", async (path, cas) => {
    const { reply } = await sign({}, path);
    expect(reply.status, reply.body).toBe(200);
    const { certificate, issuing_ca, ca_chain } = reply.json.data;
    const chain = ca_chain.map((text) => new X509Certificate(text));
    expect(chain.map(({ subject }) => /CN=(.*)/.exec(subject)?.[1])).toEqual(cas);
    expect(ca_chain[0]).toBe(issuing_ca);
    expect(ca_chain).not.toContain(certificate);
    const whole = [new X509Certificate(certificate), ...chain];
    for (const [at, one] of whole.entries()) {
      const issuer = whole[at + 1] ?? one;
      expect([one.issuer, one.verify(issuer.publicKey)]).toEqual([issuer.subject, true]);
    }
  });
  test("a mount that is another CA than the profile's signs nothing", async () => {
    const { reply, entries } = await sign({}, "/v1/other/sign/tls-server");
    expect(reply.status).toBe(404);
    expect(entries.map(({ action }) => action)).toEqual(["request.refused"]);
  });
});

describe("health is 200 where certificates are signed, and what clients wait for where they aren't", () => {
  test.each<[Readiness["status"], number]>([
    ["ready", 200],
    ["degraded", 200],
    ["not-ready", 503],
    ["draining", 503],
    ["setup-pending", 501],
  ])("%s is %d, in JSON", async (status, expected) => {
    const ready = expected === 200;
    const sources = {
      readiness: () => Promise.resolve({ ready, status, checks: {}, boundary: "none" }),
    } as unknown as CompatSources;
    const compat = makeCompatHandler(gateway.harness.deps, sources);
    const handler = await openHandlerFixture(null, { compat });
    try {
      const answer = await fetch(`http://127.0.0.1:${handler.port}/v1/sys/health`);
      expect([answer.status, await answer.json()]).toEqual([
        expected,
        expect.objectContaining({ sealed: !ready, initialized: expected !== 501 }),
      ]);
    } finally {
      await handler.close();
    }
  });
});

describe("a token", () => {
  test("of a login ends by itself, and its entries name the identity, not a token", async () => {
    const { reply, entries } = await gateway.sent({
      path: "/v1/auth/approle/login",
      body: { role_id: identity, secret_id: token },
    });
    expect(reply.json.auth).toMatchObject({ lease_duration: 300, renewable: false });
    const own = reply.json.auth.client_token;
    const signed = await gateway.sent({
      path: "/v1/pki/sign/tls-server",
      token: own,
      body: { csr: pem() },
    });
    for (const { actor } of signed.entries) expect(actor.label).toBe("Login of trap");
    expect(entries[0]).toMatchObject({ details: { identityId: identity } });
    expect(signed.entries[0]).toMatchObject({ details: { identityId: identity } });
  });
  test("of a service that was made with an end counts for nothing after it", async () => {
    const short = await gateway.serviceToken(identity, { expiresInDays: 1 });
    const ask = () =>
      gateway.sent({ path: "/v1/pki/sign/tls-server", token: short, body: { csr: pem() } });
    expect((await ask()).reply.status).toBe(200);
    gateway.harness.advance(86_400_000 + 1_000);
    const late = await ask();
    expect(late.reply.status).toBe(403);
    expect(late.entries[0]?.reason).toContain("expired token");
    gateway.harness.advance(-86_400_000 - 1_000);
  });
});
