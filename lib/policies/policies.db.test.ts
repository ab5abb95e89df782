import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { suspendIdentity } from "@/lib/identities/set-identity-status";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import type { Harness } from "@/testing/harness";
import { makeCsr, refusalOf } from "@/testing/ca/requests";
import { createPolicy } from "./create-policy";
import { getPolicy, listPolicies } from "./read-policies";
import { policyChange, policyInput, type PolicyInput, policyTest } from "./schema";
import { testPolicy } from "./test-policy";
import { updatePolicy } from "./update-policy";

let harness: Harness,
  deps: Deps,
  made = 0;
const admin = adminActor();

beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
});
afterAll(async () => {
  await harness.close();
});

type Draft = Readonly<{ name: string; effect: "allow" | "deny" } & Record<string, unknown>>;
const input = (rules: readonly Draft[], over: Partial<PolicyInput> = {}): PolicyInput =>
  policyInput.parse({ service: `service-${++made}`, name: "Payments", rules, ...over });
const create = (rules: readonly Draft[], over: Partial<PolicyInput> = {}) =>
  createPolicy(deps, admin, input(rules, over));
const anything: Draft = { name: "anything", effect: "allow" };

async function issue(identity: string, profile = "tls-client-service"): Promise<string> {
  return (await issueCertificate(deps, admin, { profile, identity, csr: await makeCsr() })).result
    .id;
}

describe("a policy", () => {
  test("a policy is created, changed with a new version each time, retired and reactivated, each with an entry", async () => {
    const {
      result: { id, version, service },
      entryId,
    } = await create([anything]);
    expect([version, entryId?.startsWith("ent_")]).toEqual([1, true]);
    expect(
      (await updatePolicy(deps, admin, service, { rules: [], version: 1 })).result,
    ).toMatchObject({
      version: 2,
      rules: [],
    });
    expect(
      (await updatePolicy(deps, admin, id, { name: "Payments", rules: [] })).result,
    ).toMatchObject({
      version: 2,
    });
    expect(
      (await updatePolicy(deps, admin, id, { status: "retired", description: "Gone" })).result,
    ).toMatchObject({ version: 3, status: "retired" });
    expect((await updatePolicy(deps, admin, id, { status: "active" })).result).toMatchObject({
      version: 4,
      status: "active",
      description: "Gone",
    });
    expect(
      (await harness.entriesOf(id)).map(({ action, reason, details }) => [
        action,
        reason,
        details["version"],
        Object.keys((details["changes"] ?? {}) as object).toSorted(),
      ]),
    ).toEqual([
      ["policy.created", null, 1, []],
      ["policy.updated", null, 2, ["rules"]],
      ["policy.updated", "no-change", 2, []],
      ["policy.updated", null, 3, ["description", "status"]],
      ["policy.updated", null, 4, ["status"]],
    ]);
  });
  test("is read by its id and by its service, and listed by name", async () => {
    const { id, service } = (await create([])).result;
    expect((await getPolicy(deps, admin, service)).id).toBe(id);
    const { items } = await listPolicies(deps, admin);
    expect(items.map((one) => one.service)).toEqual(items.map((one) => one.service).toSorted());
    expect(items.some((one) => one.id === id)).toBe(true);
  });
  test("is not overwritten by who read an older version, nor by the slower of two", async () => {
    const { id } = (await create([])).result;
    const both = await Promise.allSettled([
      updatePolicy(deps, admin, id, { name: "one", version: 1 }),
      updatePolicy(deps, admin, id, { name: "two", version: 1 }),
    ]);
    expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(
      await refusalOf(updatePolicy(deps, admin, id, { name: "three", version: 1 })),
    ).toMatchObject({ code: "policy.changed-meanwhile", kind: "conflict" });
  });
  test("exists once for a service, at the same moment too", async () => {
    const { service } = (await create([])).result;
    expect(await refusalOf(create([], { service }))).toMatchObject({
      code: "policy.exists",
      kind: "conflict",
    });
    const both = await Promise.allSettled([
      create([], { service: "twice" }),
      create([], { service: "twice" }),
    ]);
    expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
  test("keeps its networks in their one form and nothing twice", async () => {
    const { rules } = (
      await create([
        {
          ...anything,
          networks: ["10.20.30.40/16", "10.20.0.0/16", "2001:DB8::1/32"],
          methods: ["get", "GET"],
          paths: ["/a", "/a"],
        },
      ])
    ).result;
    expect(rules).toMatchObject([
      { networks: ["10.20.0.0/16", "2001:db8::/32"], methods: ["GET"], paths: ["/a"] },
    ]);
  });
  test("a policy that can't be parsed any more is reported as that, and can be fixed", async () => {
    const { id } = (await create([anything])).result;
    await harness.asSuper("set session_replication_role = replica");
    await harness.asSuper("alter table policy disable trigger needs_entry");
    await harness.asSuper(
      'update policy set rules = \'[{"name":"x","effect":"maybe"}]\' where id = $1',
      [id],
    );
    await harness.asSuper("alter table policy enable always trigger needs_entry");
    await harness.asSuper("set session_replication_role = origin");
    expect((await getPolicy(deps, admin, id)).rules).toBeNull();
    expect(
      (
        await testPolicy(
          deps,
          admin,
          id,
          policyTest.parse({ identity: await createTestIdentity(deps) }),
        )
      ).result.policy,
    ).toMatchObject({ allowed: false, code: "policy.unreadable" });
    expect(
      (
        await updatePolicy(deps, admin, id, {
          rules: policyChange.parse({ rules: [anything] }).rules,
        })
      ).result.rules,
    ).toHaveLength(1);
  });
});

describe("rules are refused with what is wrong and where", () => {
  test.each<readonly [string, Record<string, unknown>, readonly string[]]>([
    ["a star inside a part", { paths: ["/ok", "/a*"] }, ["rules.0.paths.1"]],
    [
      "a path that no request has",
      { paths: ["/a/../b", "/%2fx"] },
      ["rules.0.paths.0", "rules.0.paths.1"],
    ],
    [
      "a network that is none",
      { networks: ["10.0.0.0/8", "10.0.0.0/33", "1.2.3"] },
      ["rules.0.networks.1", "rules.0.networks.2"],
    ],
    ["an identity that doesn't exist", { identities: ["idn_nobody"] }, ["rules.0.identities.0"]],
    [
      "a profile that doesn't exist",
      { profiles: ["tls-server", "nothing"] },
      ["rules.0.profiles.1"],
    ],
    ["a profile of Chancery's own", { profiles: ["ocsp-responder"] }, ["rules.0.profiles.0"]],
  ])("%s", async (_name, parts, paths) => {
    const refusal = await refusalOf(create([{ ...anything, ...parts }]));
    expect(refusal.code).toBe("policy.rules");
    expect(refusal.findings.map(({ path }) => path)).toEqual(paths);
    const { id } = (await create([])).result;
    expect(
      (
        await refusalOf(
          updatePolicy(deps, admin, id, { rules: input([{ ...anything, ...parts }]).rules }),
        )
      ).code,
    ).toBe("policy.rules");
    expect((await getPolicy(deps, admin, id)).version).toBe(1);
  });
  test.each<readonly [string, unknown]>([
    ["an unknown field", { ...anything, path: "/a" }],
    ["no name", { effect: "allow" }],
    ["another effect", { ...anything, effect: "maybe" }],
    ["a kind of Chancery's own", { ...anything, kinds: ["system"] }],
    ["a method with a space", { ...anything, methods: ["GET /"] }],
    ["a path without a slash", { ...anything, paths: ["a"] }],
    ["two of a name", undefined],
  ])("%s", (_name, rule) => {
    expect(
      policyInput.safeParse({
        service: "x",
        name: "X",
        rules: rule === undefined ? [anything, { ...anything, name: "ANYTHING" }] : [rule],
      }).success,
    ).toBe(false);
  });
});

test.each([
  ["made by an operator", () => createPolicy(deps, adminActor({ role: "operator" }), input([]))],
  ["made by an auditor", () => createPolicy(deps, adminActor({ role: "auditor" }), input([]))],
  ["changed by an approver", () => updatePolicy(deps, adminActor({ role: "approver" }), "x", {})],
  ["read by a service", () => getPolicy(deps, adminActor({ role: "service" }), "x")],
  ["listed by a service", () => listPolicies(deps, adminActor({ role: "service" }))],
  [
    "tested by a service",
    () => testPolicy(deps, adminActor({ role: "service" }), "x", policyTest.parse({})),
  ],
])("a policy is not %s", async (_name, act) => {
  expect((await refusalOf(act())).code).toBe("forbidden");
});

describe("the tester", () => {
  const ask = (ref: string, question: Record<string, unknown>, actor = admin) =>
    testPolicy(deps, actor, ref, policyTest.parse(question));

  test("the policy tester says what a certificate may do and which rule decides, and is recorded as a read", async () => {
    const identity = await createTestIdentity(deps),
      certificate = await issue(identity);
    const { id, service } = (
      await create([
        { name: "no admin", effect: "deny", paths: ["/admin/**"] },
        {
          name: "payments",
          effect: "allow",
          identities: [identity],
          profiles: ["tls-client-service"],
          methods: ["GET"],
          networks: ["10.0.0.0/8"],
        },
      ])
    ).result;
    expect(
      (
        await ask(
          service,
          { certificate, path: "/v1", ip: "10.0.0.1" },
          adminActor({ role: "auditor" }),
        )
      ).result,
    ).toMatchObject({
      allowed: true,
      certificate: { ok: true },
      policy: { code: "allowed", rule: "payments", version: 1 },
    });
    expect((await ask(id, { identity, path: "/v1", ip: "10.0.0.1" })).result).toMatchObject({
      allowed: true,
      policy: { rule: "payments" },
    });
    expect(
      (await ask(id, { certificate, path: "/%61dmin/x", ip: "10.0.0.1" })).result,
    ).toMatchObject({
      allowed: false,
      certificate: { ok: true },
      policy: { code: "policy.denied", rule: "no admin" },
    });
    expect((await ask(id, { certificate, path: "/v1", ip: "192.0.2.1" })).result).toMatchObject({
      allowed: false,
      policy: { code: "policy.no-rule", trace: [{ failedOn: "paths" }, { failedOn: "networks" }] },
    });
    expect(
      (await harness.entriesOf(id)).filter(({ action }) => action === "policy.read"),
    ).toHaveLength(4);
  });
  test("says first what is wrong with the certificate, and still what the policy would say", async () => {
    const identity = await createTestIdentity(deps),
      certificate = await issue(identity),
      { id } = (await create([anything])).result;
    await revokeCertificate(deps, admin, certificate, { reason: "keyCompromise", comment: "" });
    expect((await ask(id, { certificate })).result).toMatchObject({
      allowed: false,
      certificate: { ok: false, code: "certificate.revoked" },
      policy: { allowed: true },
    });
    expect((await ask(id, { identity })).result).toMatchObject({
      allowed: false,
      certificate: { ok: false, code: "certificate.missing" },
    });
    await issue(identity);
    expect((await ask(id, { identity })).result).toMatchObject({ allowed: true });
    await suspendIdentity(deps, admin, identity, { comment: "" });
    expect((await ask(id, { identity })).result).toMatchObject({
      allowed: false,
      certificate: { ok: false, code: "identity.suspended" },
    });
  });
  test("takes that certificate of an identity which gets furthest", async () => {
    const identity = await createTestIdentity(deps);
    await issue(identity, "tls-server");
    await issue(identity);
    const { id } = (
      await create([{ name: "clients", effect: "allow", profiles: ["tls-client-service"] }])
    ).result;
    expect((await ask(id, { identity })).result).toMatchObject({
      allowed: true,
      policy: { rule: "clients" },
    });
  });
  test("tries rules before they are saved, and checks them as if they were", async () => {
    const identity = await createTestIdentity(deps),
      { id } = (await create([])).result;
    await issue(identity);
    expect((await ask(id, { identity })).result.policy.code).toBe("policy.no-rule");
    expect((await ask(id, { identity, rules: [anything] })).result).toMatchObject({
      allowed: true,
    });
    expect((await ask("not-made-yet", { identity, rules: [anything] })).result).toMatchObject({
      allowed: true,
    });
    expect(
      (await refusalOf(ask(id, { identity, rules: [{ ...anything, paths: ["/a*"] }] }))).findings[0]
        ?.path,
    ).toBe("rules.0.paths.0");
    expect((await getPolicy(deps, admin, id)).rules).toEqual([]);
  });
  test("the policy tester refuses unknown certificates and services", async () => {
    const { id } = (await create([])).result,
      identity = await createTestIdentity(deps);
    for (const [ref, question, code] of [
      [id, {}, "policy.test"],
      [id, { identity, certificate: "crt_x" }, "policy.test"],
      [id, { identity: "idn_nobody" }, "identity.not-found"],
      [id, { certificate: "crt_nothing" }, "certificate.not-found"],
      ["nothing", { identity }, "policy.not-found"],
    ] as const)
      expect((await refusalOf(ask(ref, question))).code).toBe(code);
  });
  test("a retired policy allows nothing", async () => {
    const identity = await createTestIdentity(deps),
      { id } = (await create([anything])).result;
    await issue(identity);
    await updatePolicy(deps, admin, id, { status: "retired" });
    expect((await ask(id, { identity })).result).toMatchObject({
      allowed: false,
      policy: { code: "policy.retired", trace: [{ state: "not-reached" }] },
    });
  });
});
