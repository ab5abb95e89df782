import { describe, expect, test } from "vitest";
import {
  compilePolicy,
  evaluatePolicy,
  evaluateWithTrace,
  preflightRequest,
  type PolicyDefinition,
  type PolicyRequest,
} from "./evaluate-policy";
import { policyRule, type PolicyRule } from "./schema";

const rule = (
  name: string,
  effect: "allow" | "deny",
  parts: Partial<PolicyRule> = {},
): PolicyRule => policyRule.parse({ name, effect, ...parts });
const facts = (over: Partial<PolicyRequest> = {}): PolicyRequest => ({
  identityId: "idn_a",
  identityKind: "service",
  profile: "tls-client-service",
  method: "GET",
  path: "/v1/payments?id=1",
  ip: "10.0.0.7",
  ...over,
});
const decide = (rules: readonly PolicyRule[] | null, over: Partial<PolicyRequest> = {}) =>
  evaluateWithTrace({ status: "active", version: 3, rules }, facts(over));
const anything = rule("anything", "allow");

describe("the first rule that fits decides", () => {
  test("a no before a yes, a yes before a no", () => {
    expect(
      decide([rule("no admin", "deny", { paths: ["/admin/**"] }), anything], {
        path: "/admin/users",
      }),
    ).toMatchObject({ allowed: false, code: "policy.denied", rule: "no admin", version: 3 });
    expect(decide([anything, rule("never", "deny")])).toMatchObject({
      allowed: true,
      code: "allowed",
      rule: "anything",
    });
  });
  test("what no rule fits is denied, and so is everything where there are no rules", () => {
    expect(decide([])).toMatchObject({ allowed: false, code: "policy.no-rule", rule: null });
    expect(decide([rule("post", "allow", { methods: ["POST"] })])).toMatchObject({
      allowed: false,
      code: "policy.no-rule",
    });
  });
  test("a rule fits only if all of its parts do", () => {
    const whole = rule("whole", "allow", {
      identities: ["idn_a"],
      kinds: ["service"],
      profiles: ["tls-client-service"],
      methods: ["GET"],
      paths: ["/v1/*"],
      networks: ["10.0.0.0/8"],
    });
    expect(decide([whole]).allowed).toBe(true);
    const misses: readonly (readonly [string, Partial<PolicyRequest>])[] = [
      ["identities", { identityId: "idn_b" }],
      ["kinds", { identityKind: "person" }],
      ["profiles", { profile: "device" }],
      ["methods", { method: "POST" }],
      ["paths", { path: "/v2/payments" }],
      ["networks", { ip: "192.0.2.1" }],
    ];
    for (const [failedOn, over] of misses)
      expect(decide([whole], over)).toMatchObject({
        allowed: false,
        trace: [{ state: "passed-over", failedOn }],
      });
  });
  test("the trace says where each rule stopped, and what was not looked at any more", () => {
    const { trace } = decide([
      rule("b", "deny", { networks: ["192.0.2.0/24"] }),
      rule("c", "allow", { methods: ["GET", "HEAD"] }),
      rule("d", "deny"),
    ]);
    expect(trace).toEqual([
      { name: "b", effect: "deny", state: "passed-over", failedOn: "networks" },
      { name: "c", effect: "allow", state: "decided", failedOn: null },
      { name: "d", effect: "deny", state: "not-reached", failedOn: null },
    ]);
  });
});

describe("doubt is a no", () => {
  test.each<readonly [string, PolicyDefinition | null, string]>([
    ["no policy", null, "policy.unknown"],
    ["a retired one", { status: "retired", version: 1, rules: [anything] }, "policy.retired"],
    ["one that cannot be read", { status: "active", version: 1, rules: null }, "policy.unreadable"],
    [
      "a network that is none",
      { status: "active", version: 1, rules: [{ ...anything, networks: ["10.0.0.0/99"] }] },
      "policy.unreadable",
    ],
    [
      "a pattern that is none",
      { status: "active", version: 1, rules: [anything, { ...anything, paths: ["/a*b"] }] },
      "policy.unreadable",
    ],
    [
      "a part that is missing",
      { status: "active", version: 1, rules: [{ name: "x", effect: "allow" } as PolicyRule] },
      "policy.unreadable",
    ],
  ])("%s", (_name, policy, code) => {
    const { allowed, trace, ...rest } = evaluateWithTrace(policy, facts());
    expect([allowed, rest.code, rest.rule]).toEqual([false, code, null]);
    expect(trace.every(({ state }) => state === "not-reached")).toBe(true);
  });
  test.each(["/admin/../v1", "/v1//x", "/%2e%2e/admin", "/a%2fb", "*", "", "/v1;x=1"])(
    "the path %j, whatever the rules say",
    (path) => {
      expect(decide([anything], { path })).toMatchObject({ allowed: false, code: "policy.path" });
    },
  );
  test.each(["get", "", "GET ", "G\u0000ET", "GÉT", "A".repeat(40)])("the method %j", (method) => {
    expect(decide([anything], { method })).toMatchObject({ allowed: false, code: "policy.method" });
  });
  test("an unknown address matches no allow rule with networks and every deny rule with networks", () => {
    expect(
      decide([rule("inside", "allow", { networks: ["0.0.0.0/0", "::/0"] })], { ip: null }).code,
    ).toBe("policy.no-rule");
    expect(
      decide([rule("outside", "deny", { networks: ["192.0.2.0/24"] }), anything], { ip: null })
        .code,
    ).toBe("policy.denied");
    expect(
      decide([rule("inside", "allow", { networks: ["0.0.0.0/0"] })], { ip: "rubbish" }).allowed,
    ).toBe(false);
    expect(
      decide([rule("outside", "deny", { networks: ["192.0.2.0/24"] }), anything], {
        ip: "192.0.2.1, 10.0.0.1",
      }).code,
    ).toBe("policy.denied");
  });
  test("an unknown profile matches no allow rule with profiles and every deny rule with profiles", () => {
    expect(
      decide([rule("devices", "allow", { profiles: ["device"] })], { profile: null }).allowed,
    ).toBe(false);
    expect(
      decide([rule("no devices", "deny", { profiles: ["device"] }), anything], { profile: null })
        .code,
    ).toBe("policy.denied");
  });
});

test("a rule that says no cannot be passed by writing the path in another way", () => {
  const rules = [rule("no admin", "deny", { paths: ["/admin/**", "/v1/*/secret"] }), anything];
  for (const path of [
    "/admin",
    "/admin/",
    "/%61dmin",
    "/adm%69n/x",
    "/admin?x",
    "/admin/%2e",
    "/./admin",
    "//admin",
    "/x/../admin",
    "/v1/a/secret",
    "/v1/a/secret/",
    "/v1/%20/secret",
    "/v1/a/s%65cret",
    "/admin%2f",
    "/admin;x",
    "/admin%00",
    "/admin%2e%2e%2f",
  ]) {
    expect([path, decide(rules, { path }).allowed]).toEqual([path, false]);
  }
});

test("a rule that says no holds for every spelling that some server takes for the same, and a rule that says yes for its own alone", () => {
  const no = rule("no admin", "deny", { paths: ["/admin/**", "/v1/*/Secret"] }),
    rules = [no, anything];
  for (const path of [
    "/ADMIN",
    "/Admin/x",
    "/%41dmin",
    "/admin.",
    "/admin%20",
    "/%20admin",
    "/admin%3Bx",
    "/admin%3Fx/y",
    "/admin%23",
    "/\uff41dmin/x",
    "/%EF%BD%81dmin",
    "/%3Bx/admin",
    "/admin..%20.",
    "/v1/a/secret",
    "/v1/a/SECRET%3Bjsessionid=1",
  ]) {
    expect([path, decide(rules, { path }).allowed]).toEqual([path, false]);
  }
  for (const path of [
    "/administration",
    "/v1/admin",
    "/v1/a/b/secret",
    "/v1/a/secrets",
    "/a%3Badmin",
    "/",
  ])
    expect([path, decide(rules, { path }).allowed]).toEqual([path, true]);
  for (const path of ["/", "/a"])
    expect(
      decide([rule("dots", "deny", { paths: ["/.../**", "/%20"] }), anything], { path }).allowed,
    ).toBe(true);
  expect(decide([rule("v1", "allow", { paths: ["/v1"] })], { path: "/V1" }).code).toBe(
    "policy.no-rule",
  );
  expect(decide([rule("v1", "allow", { paths: ["/v1"] })], { path: "/v1%3Bx" }).code).toBe(
    "policy.no-rule",
  );
});
test("who may not GET may not ask for the HEAD of it either", () => {
  expect(
    decide([rule("no reading", "deny", { methods: ["GET"] }), anything], { method: "HEAD" }).code,
  ).toBe("policy.denied");
  expect(decide([rule("reading", "allow", { methods: ["GET"] })], { method: "HEAD" }).code).toBe(
    "policy.no-rule",
  );
});

test("addresses in both families, and IPv4 inside IPv6 as IPv4", () => {
  const rules = [rule("inside", "allow", { networks: ["10.0.0.0/8", "2001:db8::/32"] })];
  for (const ip of ["10.255.0.1", "::ffff:10.1.2.3", "2001:db8:ffff::1"])
    expect(decide(rules, { ip }).allowed).toBe(true);
  for (const ip of ["11.0.0.1", "::ffff:11.1.2.3", "2001:db9::1", "::1"])
    expect(decide(rules, { ip }).allowed).toBe(false);
});

test("the quick decision is the same decision, whatever is asked", () => {
  const rules = [
    rule("a", "deny", { paths: ["/a/**"], kinds: ["person"] }),
    rule("b", "allow", { methods: ["GET"], networks: ["10.0.0.0/8"] }),
    rule("c", "allow", { identities: ["idn_b"], profiles: ["device"] }),
    rule("d", "deny", { networks: ["192.0.2.0/24"] }),
  ];
  const policy = { status: "active", version: 7, rules } as const,
    compiled = compilePolicy(policy);
  for (const identityKind of ["person", "service"])
    for (const identityId of ["idn_a", "idn_b"])
      for (const profile of ["device", "x", null])
        for (const method of ["GET", "POST", "get"])
          for (const path of ["/a", "/a/b", "/b", "/..", "/"])
            for (const ip of ["10.0.0.1", "192.0.2.1", null]) {
              const asked = { identityKind, identityId, profile, method, path, ip },
                { trace, ...verdict } = evaluateWithTrace(policy, asked);
              expect(evaluatePolicy(compiled, asked)).toEqual(verdict);
              const decided = trace.filter(({ state }) => state === "decided");
              expect(decided.map(({ name }) => name)).toEqual(
                verdict.rule === null ? [] : [verdict.rule],
              );
              expect(verdict.allowed).toBe(decided[0]?.effect === "allow");
            }
});

describe("CORS preflights", () => {
  const preflights = rule("preflights", "allow", { preflight: true, paths: ["/v1/**"] });
  const ask = (rules: readonly PolicyRule[], path = "/v1/payments", ip: string | null = null) =>
    evaluateWithTrace({ status: "active", version: 3, rules }, preflightRequest(path, ip));

  test("a rule for preflights allows them, and nothing else", () => {
    expect(ask([preflights])).toMatchObject({ allowed: true, rule: "preflights" });
    for (const over of [{}, { method: "OPTIONS" }])
      expect(decide([preflights], over)).toMatchObject({
        allowed: false,
        code: "policy.no-rule",
        trace: [{ failedOn: "preflight" }],
      });
  });
  test.each<[string, PolicyRule]>([
    ["everything", anything],
    ["OPTIONS", rule("options", "allow", { methods: ["OPTIONS"] })],
    ["a kind", rule("services", "allow", { kinds: ["service"] })],
  ])("a rule that allows %s to certificates allows no preflight", (_what, allowing) => {
    expect(ask([allowing])).toMatchObject({
      allowed: false,
      code: "policy.no-rule",
      trace: [{ failedOn: "preflight" }],
    });
  });
  test("its paths and networks count, and an unknown address is in no network", () => {
    expect(ask([preflights], "/v2/payments").allowed).toBe(false);
    expect(ask([preflights], "/v1/../admin").allowed).toBe(false);
    const inside = rule("inside", "allow", { preflight: true, networks: ["10.0.0.0/8"] });
    expect(ask([inside], "/", "10.0.0.7").allowed).toBe(true);
    expect(ask([inside], "/", "192.0.2.1").allowed).toBe(false);
    expect(ask([inside], "/", null).allowed).toBe(false);
  });
  test("a rule that denies a path denies preflights of it, in any spelling; one about callers doesn't", () => {
    const admin = rule("no admin", "deny", { paths: ["/v1/admin/**"] });
    expect(ask([admin, preflights], "/v1/Admin/x")).toMatchObject({ code: "policy.denied" });
    for (const parts of [
      { identities: ["idn_a"] },
      { kinds: ["person" as const] },
      { profiles: ["tls-client-person"] },
    ])
      expect(ask([rule("not them", "deny", parts), preflights]).allowed).toBe(true);
    const onlyPost = rule("no writes", "deny", { methods: ["POST"] });
    expect(ask([onlyPost, preflights]).allowed).toBe(true);
  });
  test.each<[string, object, string]>([
    ["denies", { effect: "deny" }, "effect"],
    ["names identities", { identities: ["idn_a"] }, "identities"],
    ["names kinds", { kinds: ["person"] }, "kinds"],
    ["names profiles", { profiles: ["device"] }, "profiles"],
    ["names methods", { methods: ["GET"] }, "methods"],
  ])("a rule for preflights that %s can't be saved", (_what, over, path) => {
    const read = policyRule.safeParse({ name: "x", effect: "allow", preflight: true, ...over });
    expect(read.error?.issues.map((issue) => issue.path[0])).toEqual([path]);
  });
});
