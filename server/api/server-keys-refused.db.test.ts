import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { proxyInput } from "@/lib/proxies/schema";
import { trustProxy } from "@/lib/proxies/trust-proxy";
import { system } from "@/testing/actors";
import { type Answer, type Call, type CallOptions, problemOf } from "@/testing/api/client";
import {
  codesOf,
  kindsWithServerKeys,
  openServerKeys,
  type ServerKeyWorld,
} from "@/testing/api/server-keys";
import { createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeNamesProfile } from "@/testing/ca/names-fixture";
import type { Harness } from "@/testing/harness";

const without = (body: Record<string, unknown>, ...names: string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));

let world: ServerKeyWorld, harness: Harness, call: Call, admin: string;
beforeAll(async () => {
  world = await openServerKeys();
  ({ harness, call, admin } = world);
});
afterAll(async () => {
  await harness.close();
});
const issue = (over: object = {}, options: CallOptions = {}) => world.issue(over, options);

describe("what is refused, without a certificate and without a key in the answer", () => {
  const refused = async (answer: Promise<Answer>): Promise<Answer> => {
    const before = await world.countCertificates();
    const result = await answer;
    expect(result.status, result.text).toBeGreaterThanOrEqual(400);
    expect(result.text).not.toMatch(/PRIVATE KEY|privateKey/);
    expect(await world.countCertificates()).toBe(before);
    return result;
  };

  test("a profile that doesn't allow it, and the request is an entry with every reason", async () => {
    const { result, entries } = await harness.during(() =>
      refused(issue({ profile: world.closed, sans: [{ type: "dns", value: "pay.example.org" }] })),
    );
    expect(codesOf(result)).toEqual(
      expect.arrayContaining(["profile.no-server-keys", "certificate.name-outside-profile"]),
    );
    expect(entries).toMatchObject([{ action: "certificate.refused", outcome: "denied" }]);
  });
  test.each(["tls-server", "tls-client-service", "device", "short-lived"])(
    "the profile %s that setup makes",
    async (slug) => {
      expect(codesOf(await refused(issue({ profile: slug })))).toContain("profile.no-server-keys");
    },
  );
  test.each<[string, (body: Record<string, unknown>) => Record<string, unknown>, string]>([
    ["a CSR and a key", (body) => ({ ...body, csr: "x" }), "key"],
    ["neither", (body) => without(body, "key"), "csr"],
    ["no algorithm", (body) => ({ ...body, key: {} }), "key.algorithm"],
    ["RSA 2048", (body) => ({ ...body, key: { algorithm: "rsa-2048" } }), "key.algorithm"],
    ["RSA 1024", (body) => ({ ...body, key: { algorithm: "rsa-1024" } }), "key.algorithm"],
    [
      "a short password",
      (body) => ({ ...body, key: { algorithm: "ecdsa-p256", password: "short" } }),
      "key.password",
    ],
    [
      "an empty password",
      (body) => ({ ...body, key: { algorithm: "ecdsa-p256", password: "" } }),
      "key.password",
    ],
    [
      "a password beyond ASCII",
      (body) => ({ ...body, key: { algorithm: "ecdsa-p256", password: "pässword-of-mine" } }),
      "key.password",
    ],
    [
      "an unknown field of the key",
      (body) => ({ ...body, key: { algorithm: "ecdsa-p256", bits: 512 } }),
      "key.bits",
    ],
  ])("%s, at its field and without repeating what was sent", async (_what, change, path) => {
    const body = change(world.bodyOf());
    const answer = await refused(call("POST", "/certificates", { token: admin, body }));
    expect([answer.status, answer.body["code"]]).toEqual([400, "request.invalid"]);
    const { errors } = answer.body as { errors: { path: string }[] };
    expect(errors.map((one) => one.path)).toEqual([path]);
    expect(answer.text).not.toMatch(/pässword|"short"/);
  });
  test("a type of key that the profile doesn't accept", async () => {
    const narrow = await makeNamesProfile(
      harness.deps,
      {},
      { identityKinds: kindsWithServerKeys, serverKeys: true, keyAlgorithms: ["ecdsa-p384"] },
    );
    const answer = await refused(issue({ profile: narrow }));
    expect(codesOf(answer)).toEqual(["certificate.key-not-allowed"]);
  });
  test("a name that another identity holds", async () => {
    await createTestIdentity(harness.deps, "vault", ["vault.e.example"]);
    const answer = await refused(issue({ sans: [{ type: "dns", value: "vault.e.example" }] }));
    expect(codesOf(answer)).toEqual(["name.held-by-another"]);
  });
  test("a preview that showed something else", async () => {
    const answer = await refused(issue({ previewSha256: "0".repeat(64) }));
    expect(codesOf(answer)).toEqual(["certificate.preview-changed"]);
  });
  test.each(["auditor", "approver"] as const)("the role %s", async (role) => {
    const token = await harness.tokenFor(role);
    expect(codesOf(await refused(issue({}, { token })))).toEqual(["forbidden"]);
  });
  test("a caller without a credential, or with an unknown one", async () => {
    for (const token of ["", "chy_nothing"])
      expect(codesOf(await refused(issue({}, { token })))).toEqual(["unauthenticated"]);
  });
  test("the token of another identity", async () => {
    const other = await createTestIdentity(harness.deps, "other");
    const token = await harness.tokenFor("service", other);
    expect(codesOf(await refused(issue({}, { token })))).toContain("identity.not-found");
  });
  test("an identity for itself, where the profile isn't for that", async () => {
    const staffOnly = await makeNamesProfile(
      harness.deps,
      {},
      { identityKinds: kindsWithServerKeys, serverKeys: true, selfService: false },
    );
    const token = await harness.tokenFor("service", world.identity);
    const answer = await refused(issue({ profile: staffOnly }, { token }));
    expect(codesOf(answer)).toEqual(["profile.not-self-service"]);
  });
  test("an identity that confers power, for an administrator too", async () => {
    const edge = await createTestIdentity(harness.deps, "edge", ["edge.e.example"]);
    const proxy = proxyInput.parse({ identity: edge, kind: "nginx", scopes: ["api"] });
    await trustProxy(harness.deps, { ...system, role: "admin" }, proxy);
    const request = { identity: edge, sans: [{ type: "dns", value: "edge.e.example" }] };
    const answer = await refused(issue(request));
    expect(codesOf(answer)).toEqual(["identity.confers-power"]);
    expect(answer.text).toContain("so no one can have Chancery make its key");
  });
  test("a person", async () => {
    const person = await call("POST", "/identities", {
      token: admin,
      body: { kind: "person", name: "Al", owner: "al@e.example" },
    });
    const request = {
      identity: person.body["id"],
      sans: [{ type: "email", value: "al@e.example" }],
    };
    expect(codesOf(await refused(issue(request)))).toEqual([
      "profile.identity-kind",
      "key.of-person",
    ]);
  });
  test("a suspended identity", async () => {
    const asleep = await createTestIdentity(harness.deps, "asleep", ["asleep.e.example"]);
    await call("POST", `/identities/${asleep}/suspend`, { token: admin, body: {} });
    const request = { identity: asleep, sans: [{ type: "dns", value: "asleep.e.example" }] };
    expect(codesOf(await refused(issue(request)))).toEqual(["identity.suspended"]);
  });
  test("more requests for keys than can wait", async () => {
    const many = await Promise.all(Array.from({ length: 30 }, () => issue()));
    const statuses = many.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201).length).toBeGreaterThanOrEqual(2);
    const turnedAway = many.filter(({ status }) => status === 429);
    expect(turnedAway.length).toBeGreaterThan(0);
    for (const answer of turnedAway) {
      expect(problemOf(answer)).toMatchObject({ code: "key.busy" });
      expect(answer.headers.get("retry-after")).toBe("5");
    }
  });
});
