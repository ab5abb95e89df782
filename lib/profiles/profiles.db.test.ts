import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createIdentity } from "@/lib/identities/create-identity";
import { getIdentity, listIdentities } from "@/lib/identities/read-identities";
import { activateIdentity, suspendIdentity } from "@/lib/identities/set-identity-status";
import { updateIdentity } from "@/lib/identities/update-identity";
import { systemRules } from "@/lib/pki/system-rules";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import { refusalOf } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";
import { createProfile } from "./create-profile";
import { getProfile } from "./read-profiles";
import { profileInput } from "./schema";
import { retireProfile, updateProfile } from "./update-profile";

let harness: Harness;
let deps: Deps;
let template: ReturnType<typeof profileInput.parse>;
const admin = adminActor();

beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
  const { rules } = await getProfile(deps, admin, "tls-server");
  template = profileInput.parse({ slug: "team", name: "Team", authority: "issuing", rules });
});
afterAll(async () => {
  await harness.close();
});

describe("a profile", () => {
  test.each(Object.keys(systemRules))(
    "can't be created with the slug %s, which Chancery's own has",
    async (slug) => {
      expect(await refusalOf(createProfile(deps, admin, { ...template, slug }))).toMatchObject({
        code: "profile.exists",
        message: expect.stringContaining("Choose another slug.") as string,
        findings: [{ path: "slug" }],
      });
    },
  );

  test("a profile is created, changed with a new version each time, and retired, each with an entry", async () => {
    const { id, version } = (await createProfile(deps, admin, template)).result;
    expect(version).toBe(1);
    const changed = await updateProfile(deps, admin, id, { name: "Team two", version: 1 });
    expect([changed.result.version, changed.result.name]).toEqual([2, "Team two"]);
    expect((await updateProfile(deps, admin, id, { name: "Team two" })).result.version).toBe(2);
    expect((await retireProfile(deps, admin, "team")).result.status).toBe("retired");
    const entries = await harness.entriesOf(id);
    expect(
      entries.map((entry) => [
        entry.action,
        Object.keys((entry.details["changes"] ?? {}) as object),
      ]),
    ).toEqual([
      ["profile.created", []],
      ["profile.updated", ["name"]],
      ["profile.updated", []],
      ["profile.updated", ["status"]],
    ]);
    expect((await refusalOf(updateProfile(deps, admin, id, { name: "x" }))).code).toBe(
      "profile.retired",
    );
  });

  test("is not overwritten by who read an older version, nor by the slower of two", async () => {
    const { id } = (await createProfile(deps, admin, { ...template, slug: "raced" })).result;
    const both = await Promise.allSettled([
      updateProfile(deps, admin, id, { name: "one", version: 1 }),
      updateProfile(deps, admin, id, { name: "two", version: 1 }),
    ]);
    expect(both.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
    expect(
      await refusalOf(updateProfile(deps, admin, id, { name: "three", version: 1 })),
    ).toMatchObject({ code: "profile.changed-meanwhile", kind: "conflict" });
  });

  test.each([
    [
      "with a slug that is taken",
      () => createProfile(deps, admin, { ...template, slug: "tls-server" }),
      "profile.exists",
    ],
    [
      "that issues from a root",
      () => createProfile(deps, admin, { ...template, slug: "x", authority: "root" }),
      "profile.authority",
    ],
    [
      "that issues from nothing",
      () => createProfile(deps, admin, { ...template, slug: "x", authority: "nothing" }),
      "profile.authority",
    ],
    [
      "of Chancery's own",
      () => updateProfile(deps, admin, "ocsp-responder", { name: "x" }),
      "profile.system",
    ],
    ["that does not exist", () => getProfile(deps, admin, "nothing"), "profile.not-found"],
    [
      "by an operator",
      () => createProfile(deps, adminActor({ role: "operator" }), { ...template, slug: "x" }),
      "forbidden",
    ],
  ])("%s is refused", async (_name, act, code) => {
    expect((await refusalOf(act())).code).toBe(code);
  });
});

describe("rules", () => {
  test.each([
    ["a default longer than the longest", { validitySecondsDefault: 200, validitySecondsMax: 100 }],
    ["no key algorithm", { keyAlgorithms: [] }],
    ["a usage of authorities", { keyUsage: ["keyCertSign"] }],
    ["the purpose of responders", { extendedKeyUsage: ["ocspSigning"] }],
    ["no revocation for a year", { noRevAvail: true, validitySecondsMax: 31_536_000 }],
    ["an unknown field", { backdoor: true }],
    [
      "a broken pattern",
      {
        san: {
          types: ["dns"],
          min: 1,
          max: 1,
          dnsPatterns: ["foo*.example.com"],
          wildcards: false,
          ipRanges: [],
          emailDomains: [],
          uriPrefixes: [],
        },
      },
    ],
    ["another kind", { kind: "issuing-ca" }],
    [
      "more names than are allowed",
      {
        san: {
          types: ["dns"],
          min: 5,
          max: 1,
          dnsPatterns: ["*"],
          wildcards: false,
          ipRanges: [],
          emailDomains: [],
          uriPrefixes: [],
        },
      },
    ],
  ])("with %s are refused", (_name, wrong) => {
    expect(
      profileInput.safeParse({ ...template, rules: { ...template.rules, ...wrong } }).success,
    ).toBe(false);
  });

  test("read back as they were written", () => {
    expect(profileInput.parse(template).rules).toEqual(template.rules);
  });
});

describe("an identity", () => {
  const make = (name: string, kind: "service" | "person" = "service") =>
    createIdentity(deps, admin, { kind, name, owner: "team@example.com", note: "" });

  test("an identity is created, renamed, suspended and activated, each with an entry; repeating one changes nothing", async () => {
    const { id } = (await make("ledger")).result;
    await updateIdentity(deps, admin, id, { name: "ledger-2", owner: "team@example.com" });
    expect((await suspendIdentity(deps, admin, id, { comment: "audit" })).result.status).toBe(
      "suspended",
    );
    await suspendIdentity(deps, admin, id, { comment: "" });
    expect((await activateIdentity(deps, admin, id, { comment: "" })).result.status).toBe("active");
    expect((await harness.entriesOf(id)).map((entry) => [entry.action, entry.reason])).toEqual([
      ["identity.created", null],
      ["identity.updated", null],
      ["identity.suspended", null],
      ["identity.suspended", "no-change"],
      ["identity.activated", null],
    ]);
    expect((await harness.entriesOf(id))[1]?.details["changes"]).toEqual({
      name: { from: "ledger", to: "ledger-2" },
    });
  });

  test("an identity's name is unique over all kinds when it is created or renamed, even at the same moment", async () => {
    await make("unique");
    expect(await refusalOf(make("unique"))).toMatchObject({
      code: "identity.exists",
      kind: "conflict",
    });
    expect((await refusalOf(make("unique", "person"))).code).toBe("identity.exists");
    expect((await refusalOf(make("UNIQUE", "person"))).code).toBe("identity.exists");
    const { id } = (await make("other")).result;
    expect((await refusalOf(updateIdentity(deps, admin, id, { name: "unique" }))).code).toBe(
      "identity.exists",
    );
    const both = await Promise.allSettled([make("twice"), make("twice")]);
    expect(both.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
  });

  test("of Chancery itself is not listed unless asked for, and not touched", async () => {
    expect(
      (await listIdentities(deps, admin)).items.every((identity) => identity.kind !== "system"),
    ).toBe(true);
    const [own] = (await listIdentities(deps, admin, { kind: "system" })).items;
    expect(
      (await refusalOf(suspendIdentity(deps, admin, own?.id ?? "", { comment: "" }))).code,
    ).toBe("identity.system");
    expect((await refusalOf(updateIdentity(deps, admin, own?.id ?? "", { name: "x" }))).code).toBe(
      "identity.system",
    );
  });

  test("is found by the beginning of its name or owner, page by page", async () => {
    for (const name of ["page-a", "page-b", "page-c"]) await make(name);
    const first = await listIdentities(deps, admin, { q: "PAGE-", limit: 2 });
    const rest = await listIdentities(deps, admin, {
      q: "PAGE-",
      limit: 2,
      cursor: first.nextCursor ?? "",
    });
    expect([...first.items, ...rest.items].map((identity) => identity.name)).toEqual([
      "page-c",
      "page-b",
      "page-a",
    ]);
    expect(rest.nextCursor).toBeNull();
  });

  test("that does not exist is not found", async () => {
    expect((await refusalOf(getIdentity(deps, admin, "idn_nothing"))).code).toBe(
      "identity.not-found",
    );
    expect(
      (await refusalOf(suspendIdentity(deps, admin, "idn_nothing", { comment: "" }))).code,
    ).toBe("identity.not-found");
    expect(
      (
        await refusalOf(
          createIdentity(deps, adminActor({ role: "auditor" }), {
            kind: "service",
            name: "x",
            owner: "x",
            note: "",
          }),
        )
      ).code,
    ).toBe("forbidden");
  });
});
