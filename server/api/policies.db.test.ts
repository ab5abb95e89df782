import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addProfile } from "@/lib/profiles/create-profile";
import { type Call, makeCall, problemOf } from "@/testing/api/client";
import { system } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";

let harness: Harness,
  call: Call,
  token: string,
  identity: string,
  made = 0;
beforeAll(async () => {
  harness = await openHarness();
  call = makeCall(harness.deps);
  token = await harness.tokenFor("admin");
  identity = String(
    (
      await call("POST", "/identities", {
        token,
        body: { kind: "service", name: "ledger", owner: "team@example.com" },
      })
    ).body["id"],
  );
  const rules = (await import("@/lib/profiles/schema")).profileRulesInput.parse({
    identityKinds: ["service"],
    keyAlgorithms: ["ecdsa-p256"],
    validitySecondsDefault: 3600,
    validitySecondsMax: 3600,
    keyUsage: ["digitalSignature"],
    extendedKeyUsage: ["clientAuth"],
    subject: { commonName: "optional", commonNameFrom: "san", fixed: [] },
    san: {
      types: ["dns"],
      min: 1,
      max: 5,
      dnsPatterns: ["**.example.com"],
      wildcards: false,
      ipRanges: [],
      emailDomains: [],
      uriPrefixes: [],
    },
    rotationOverlapSeconds: 0,
  });
  await addProfile(harness.deps, system, {
    slug: "clients",
    name: "Clients",
    description: "",
    system: false,
    authority: null,
    rules,
  });
});
afterAll(async () => {
  await harness.close();
});

const draft = (rules: unknown[] = [], over: object = {}) => ({
  service: `svc-${++made}`,
  name: "Payments",
  rules,
  ...over,
});
const anything = { name: "anything", effect: "allow" };
const create = async (rules: unknown[] = []) =>
  (await call("POST", "/policies", { token, body: draft(rules) })).body as {
    id: string;
    service: string;
    version: number;
  };

describe("policies over the API", () => {
  test("policies are created, read by id and service, listed, changed and retired; each action and each read is one entry", async () => {
    const body = draft([
      {
        ...anything,
        identities: [identity],
        profiles: ["clients"],
        methods: ["get"],
        networks: ["10.1.2.3/8"],
      },
    ]);
    const { result: created, entries } = await harness.during(() =>
      call("POST", "/policies", { token, body }),
    );
    expect(created.status).toBe(201);
    expect(created.headers.get("location")).toBe(`/api/v1/policies/${String(created.body["id"])}`);
    expect(created.body).toMatchObject({
      service: body.service,
      version: 1,
      status: "active",
      rules: [{ methods: ["GET"], networks: ["10.0.0.0/8"], paths: [], kinds: [] }],
    });
    expect(entries.map(({ action }) => action)).toEqual(["policy.created"]);
    const id = String(created.body["id"]);
    const { entries: after } = await harness.during(async () => {
      expect((await call("GET", `/policies/${body.service}`, { token })).body).toMatchObject({
        id,
      });
      expect((await call("GET", "/policies", { token })).body).toMatchObject({
        items: expect.arrayContaining([expect.objectContaining({ id })]) as unknown,
        nextCursor: null,
      });
      expect(
        (await call("PATCH", `/policies/${id}`, { token, body: { rules: [], version: 1 } })).body,
      ).toMatchObject({ version: 2, rules: [] });
      expect(
        (await call("PATCH", `/policies/${body.service}`, { token, body: { status: "retired" } }))
          .body,
      ).toMatchObject({ version: 3, status: "retired" });
    });
    expect(after.map(({ action, target }) => [action, target?.id ?? null])).toEqual([
      ["policy.read", id],
      ["policy.read", null],
      ["policy.updated", id],
      ["policy.updated", id],
    ]);
  });
  test("an update of a policy from an older version is refused, and nothing is overwritten", async () => {
    const { id } = await create([anything]);
    expect(
      (await call("PATCH", `/policies/${id}`, { token, body: { rules: [], version: 1 } })).status,
    ).toBe(200);
    expect(
      problemOf(
        await call("PATCH", `/policies/${id}`, { token, body: { rules: [anything], version: 1 } }),
      ),
    ).toMatchObject({ status: 409, code: "policy.changed-meanwhile" });
    expect((await call("GET", `/policies/${id}`, { token })).body).toMatchObject({
      version: 2,
      rules: [],
    });
  });
  test("a second policy for a service is refused; a repeated request with its Idempotency-Key makes one policy", async () => {
    const { service } = await create();
    expect(
      problemOf(await call("POST", "/policies", { token, body: draft([], { service }) })),
    ).toMatchObject({ status: 409, code: "policy.exists", errors: [{ path: "service" }] });
    const body = draft(),
      headers = { "idempotency-key": "policy-once" };
    const [one, two] = [
      await call("POST", "/policies", { token, body, headers }),
      await call("POST", "/policies", { token, body, headers }),
    ];
    expect([one.status, two.status, two.body["id"]]).toEqual([201, 201, one.body["id"]]);
  });
});

describe("validation errors name the field", () => {
  test.each<readonly [string, unknown, number, string, readonly string[]]>([
    ["no rules", { service: "a", name: "A" }, 400, "request.invalid", ["rules"]],
    [
      "a service with a space",
      { service: "a b", name: "A", rules: [] },
      400,
      "request.invalid",
      ["service"],
    ],
    [
      "an unknown field",
      { service: "a", name: "A", rules: [], owner: "x" },
      400,
      "request.invalid",
      ["owner"],
    ],
    [
      "a rule without a name",
      { service: "a", name: "A", rules: [{ effect: "allow" }] },
      400,
      "request.invalid",
      ["rules.0.name"],
    ],
    [
      "an unknown field of a rule",
      { service: "a", name: "A", rules: [{ ...anything, ip: "10.0.0.1" }] },
      400,
      "request.invalid",
      ["rules.0.ip"],
    ],
    [
      "two rules of a name",
      { service: "a", name: "A", rules: [anything, anything] },
      400,
      "request.invalid",
      ["rules.1.name"],
    ],
    [
      "an effect that is none",
      { service: "a", name: "A", rules: [{ name: "a", effect: "permit" }] },
      400,
      "request.invalid",
      ["rules.0.effect"],
    ],
    [
      "a path without its slash",
      { service: "a", name: "A", rules: [{ ...anything, paths: ["/a", "b"] }] },
      400,
      "request.invalid",
      ["rules.0.paths.1"],
    ],
    [
      "a pattern without one meaning",
      { service: "a", name: "A", rules: [{ ...anything, paths: ["/a/**/b"] }] },
      422,
      "policy.rules",
      ["rules.0.paths.0"],
    ],
    [
      "a network too long",
      { service: "a", name: "A", rules: [{ ...anything, networks: ["10.0.0.0/64"] }] },
      422,
      "policy.rules",
      ["rules.0.networks.0"],
    ],
    [
      "an identity that does not exist",
      { service: "a", name: "A", rules: [{ ...anything, identities: ["idn_x"] }] },
      422,
      "policy.rules",
      ["rules.0.identities.0"],
    ],
    [
      "101 rules",
      {
        service: "a",
        name: "A",
        rules: Array.from({ length: 101 }, (_, n) => ({ name: `r${n}`, effect: "deny" })),
      },
      400,
      "request.invalid",
      ["rules"],
    ],
  ])("%s", async (_name, body, status, code, paths) => {
    const answer = await call("POST", "/policies", { token, body });
    expect(problemOf(answer)).toMatchObject({ status, code });
    expect((answer.body["errors"] as { path: string }[]).map(({ path }) => path)).toEqual(paths);
  });
  test("a policy's service can't be changed, and an unknown policy is not found", async () => {
    const { id } = await create();
    expect(
      problemOf(await call("PATCH", `/policies/${id}`, { token, body: { service: "other" } })),
    ).toMatchObject({ status: 400, errors: [{ path: "service" }] });
    for (const [method, path, body] of [
      ["GET", "/policies/nothing", undefined],
      ["PATCH", "/policies/nothing", {}],
      ["POST", "/policies/nothing/test", { identity }],
    ] as const) {
      expect(
        problemOf(await call(method, path, { token, ...(body === undefined ? {} : { body }) })),
      ).toMatchObject({ status: 404, code: "policy.not-found" });
    }
  });
});

describe("the policy tester over the API", () => {
  test("the policy tester answers with the certificate's state, the decision and its trace, and records one entry", async () => {
    const { id, service } = await create([
      { name: "no admin", effect: "deny", paths: ["/admin/**"] },
      anything,
    ]);
    const { result, entries } = await harness.during(() =>
      call("POST", `/policies/${service}/test`, {
        token,
        body: { identity, path: "/admin/x", method: "delete", ip: "10.0.0.1" },
      }),
    );
    expect(result.status).toBe(200);
    expect(result.body).toMatchObject({
      allowed: false,
      certificate: { ok: false, code: "certificate.missing" },
      policy: {
        code: "policy.denied",
        rule: "no admin",
        trace: [{ state: "decided" }, { state: "not-reached" }],
      },
    });
    expect(entries.map(({ action, target }) => [action, target?.id])).toEqual([
      ["policy.read", id],
    ]);
    expect(result.body["entryId"]).toBe(entries[0]?.id);
  });
  test("the policy tester rejects a request without a certificate, an invalid method, path or address, and unknown fields", async () => {
    const { id } = await create();
    for (const [body, path] of [
      [{}, "certificate"],
      [{ identity, method: "GET /" }, "method"],
      [{ identity, rules: [{ ...anything, paths: ["/a*"] }] }, "rules.0.paths.0"],
      [{ identity, url: "/" }, "url"],
      [{ identity, ip: "10.0.0.0/8" }, "ip"],
    ] as const) {
      expect(
        (await call("POST", `/policies/${id}/test`, { token, body })).body["errors"],
      ).toMatchObject([{ path }]);
    }
  });
});

test.each([
  ["operator", 200, 403],
  ["approver", 200, 403],
  ["auditor", 200, 403],
  ["service", 403, 403],
] as const)("a token of role %s reads with %i and writes with %i", async (role, reads, writes) => {
  const { id } = await create(),
    secret = await harness.tokenFor(role, role === "service" ? identity : null);
  expect((await call("GET", "/policies", { token: secret })).status).toBe(reads);
  expect((await call("GET", `/policies/${id}`, { token: secret })).status).toBe(reads);
  expect(
    (await call("POST", `/policies/${id}/test`, { token: secret, body: { identity } })).status,
  ).toBe(reads);
  const { result, entries } = await harness.during(() =>
    call("POST", "/policies", { token: secret, body: draft() }),
  );
  expect(result.status).toBe(writes);
  expect(entries.map(({ action, outcome }) => [action, outcome])).toEqual([
    ["request.refused", "denied"],
  ]);
  expect(
    (await call("PATCH", `/policies/${id}`, { token: secret, body: { rules: [anything] } })).status,
  ).toBe(writes);
});

test("unauthenticated callers can't access policies, and nothing happens that can't be recorded", async () => {
  for (const path of ["/policies", "/policies/x"])
    expect((await call("GET", path)).status).toBe(401);
  const body = draft();
  expect(
    (await harness.withoutRecord(() => call("POST", "/policies", { token, body }))).status,
  ).toBe(503);
  expect((await call("GET", `/policies/${body.service}`, { token })).status).toBe(404);
});
