import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { updateIdentity } from "@/lib/identities/update-identity";
import { getProfile } from "@/lib/profiles/read-profiles";
import { profileInput } from "@/lib/profiles/schema";
import { updateProfile } from "@/lib/profiles/update-profile";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor, operatorActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import {
  callers,
  editNames,
  heldBy,
  inOwnDomain,
  issueNames,
  makeHolder,
  makeNamesProfile,
  nameCodes,
  namesIn,
  outcomeOf,
} from "@/testing/ca/names-fixture";
import type { Harness } from "@/testing/harness";
import { shareNames } from "./share-names";
import { reconcile } from "@/lib/log/reconcile/reconcile";

// The names that one identity holds, what is asked for another or for itself, and what comes of it.
// Each row uses a domain of its own, written as "e": d12.e.example.
let harness: Harness;
let deps: Deps;
let profile: string;
const admin = adminActor();
const operator = operatorActor();
beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
  profile = await makeNamesProfile(deps);
});
afterAll(async () => {
  await harness.close();
});

const own = (id: string) => callers.certificate(id);
const written = (expected: string): string =>
  nameCodes[expected as keyof typeof nameCodes] ?? expected;

describe("names that overlap those of another identity are not added to a second one", () => {
  const rows: readonly (readonly [string, string, string])[] = [
    ["DNS:*.a.@@", "DNS:x.a.@@", "HBA"],
    ["DNS:x.a.@@", "DNS:*.a.@@", "HBA"],
    ["DNS:*.a.@@", "DNS:a.@@", "done"],
    ["DNS:*.a.@@", "DNS:y.x.a.@@", "done"],
    ["DNS:*.a.@@", "DNS:*.x.a.@@", "done"],
    ["DNS:x.a.@@", "DNS:x.a.@@", "HBA"],
    ["IP:10.1.0.0/16", "IP:10.1.2.3", "HBA"],
    ["IP:10.3.0.0/16", "IP:10.3.0.0/24", "HBA"],
    ["IP:10.5.0.0/16", "IP:10.4.0.0/14", "HBA"],
    ["IP:10.9.0.0/16", "IP:10.10.0.0/16", "done"],
    ["IP:2001:db8:1::/48", "IP:2001:db8:1::7", "HBA"],
    ["email:al@@@", "email:AL@@@", "HBA"],
    ["email:al@@@", "email:al+x@@@", "HBA"],
    ["email:al+x@@@", "email:al@@@", "HBA"],
    ["email:al@@@", "email:alx@@@", "outside"],
    ["URI:spiffe://e.example/@@/*", "URI:spiffe://e.example/@@/x", "HBA"],
    ["URI:spiffe://e.example/@@/x", "URI:spiffe://e.example/@@/*", "HBA"],
    ["URI:spiffe://e.example/@@/*", "URI:spiffe://e.example/@@", "done"],
    ["URI:https://e.example/@@/*", "URI:https://e.example/@@/y?q=1", "HBA"],
  ];
  test.each(rows.filter(([, , expected]) => expected !== "outside"))(
    "%s is held: adding %s to another identity ends with %s",
    async (held, asked, expected) => {
      const at = held.startsWith("email") ? emailDomain() : inOwnDomain();
      await makeHolder(deps, at(held));
      const other = await makeHolder(deps);
      expect(await outcomeOf(editNames(deps, admin, other.id, { add: at(asked) }))).toBe(
        written(expected),
      );
      expect((await heldBy(deps, other.id)).length).toBe(expected === "done" ? 1 : 0);
    },
  );
  // Mailboxes have one domain, so a local part of their own.
  let mailboxes = 0;
  function emailDomain() {
    const local = `m${++mailboxes}`;
    return (text: string) =>
      text.replaceAll("@@@", "@e.example").replace("al", local).replace("AL", local.toUpperCase());
  }

  test("the name of an identity is not added as another's host", async () => {
    await makeHolder(deps, "", { name: "edge" });
    const other = await makeHolder(deps);
    expect(await outcomeOf(editNames(deps, admin, other.id, { add: "DNS:edge" }))).toBe(
      nameCodes.HBA,
    );
    const request = { profile, identity: other.id, names: "DNS:edge" };
    expect(await outcomeOf(issueNames(deps, operator, request))).toBe(nameCodes.HBA);
  });
});

describe("what is no name, or too wide, is not added", () => {
  test.each([
    ["IP:10.1.0.1/16", "administrator", "INV"],
    ["IP:0.0.0.0/0", "administrator", "PAT"],
    ["IP:10.0.0.0/7", "administrator", "PAT"],
    ["IP:10.77.0.0/24", "operator", "PAT"],
    ["IP:10.78.0.0/24", "administrator", "done"],
    ["IP:::ffff:10.1.2.3", "administrator", "NC"],
    ["IP:::ffff:10.0.0.0/104", "administrator", "NC"],
    ["IP:::2", "administrator", "NC"],
    ["DNS:10.1.2.3", "administrator", "INV"],
    ["URI:spiffe://e.example/*", "operator", "PAT"],
    ["URI:spiffe://e.example", "operator", "PAT"],
    ["URI:spiffe://e.example/pat/*", "operator", "PAT"],
    ["DNS:*.pat.e.example", "operator", "done"],
    ["DNS:münchen.e.example", "operator", "INV"],
    ["DNS:evil.test", "operator", "name.outside-profiles"],
    ["URI:https://e.example/a?q=b//c", "operator", "NC"],
    ["URI:https://e.example/a?q/", "operator", "NC"],
    ['email:"al"@e.example', "operator", "INV"],
    ["email:al@[10.0.0.1]", "operator", "INV"],
    ["email:al@e@evil", "operator", "INV"],
    ["CN:a,b", "operator", "NC"],
    ["CN:ｐayments\u200b", "operator", "NC"],
    ["CN:vault.e.example.", "operator", "NC"],
  ] as const)("adding %s as %s ends with %s", async (name, caller, expected) => {
    const { id } = await makeHolder(deps);
    const attempt = editNames(deps, callers[caller](), id, { add: name });
    expect(await outcomeOf(attempt)).toBe(written(expected));
  });

  test.each(["URI:spiffe://e.example"])(
    "an operator doesn't get %s by issuing what they can't add",
    async (names) => {
      const { id } = await makeHolder(deps);
      const attempt = issueNames(deps, operator, { profile, identity: id, names });
      expect(await outcomeOf(attempt)).toBe("name.pattern-not-allowed");
      expect(await heldBy(deps, id)).toEqual([]);
    },
  );
});

describe("shared names", () => {
  const shared = async () => {
    const at = inOwnDomain();
    const a = await makeHolder(deps, at("DNS:*.a.@@"));
    const b = await makeHolder(deps);
    const names = namesIn(at("DNS:x.a.@@"));
    await shareNames(deps, admin, b.id, { names, with: [a.id], comment: "both serve it" });
    return { at, a, b };
  };

  test.each([
    ["x.a.@@", "done"],
    ["*.a.@@", "name.not-held"],
    ["y.a.@@", "name.not-held"],
  ])(
    "a share gives its second identity only its own rows: %s ends with %s",
    async (name, expected) => {
      const { at, b } = await shared();
      const request = { profile, identity: b.id, names: at(`DNS:${name}`) };
      expect(await outcomeOf(issueNames(deps, own(b.id), request))).toBe(expected);
    },
  );

  test("the identity that shared goes on with all its names, and a third one gets none of them", async () => {
    const { at, a } = await shared();
    for (const names of ["DNS:x.a.@@", "DNS:y.a.@@", "DNS:*.a.@@"])
      expect(
        await outcomeOf(issueNames(deps, own(a.id), { profile, identity: a.id, names: at(names) })),
      ).toBe("done");
    const c = await makeHolder(deps);
    for (const add of ["DNS:x.a.@@", "DNS:y.a.@@", "DNS:*.a.@@"]) {
      expect(await outcomeOf(editNames(deps, admin, c.id, { add: at(add) }))).toBe(nameCodes.HBA);
      const request = { profile, identity: c.id, names: at(add) };
      expect(await outcomeOf(issueNames(deps, operator, request))).toBe(nameCodes.HBA);
    }
  });

  test("the second identity gets no other name of the pattern that it shares", async () => {
    const { at, b } = await shared();
    expect(await outcomeOf(editNames(deps, admin, b.id, { add: at("DNS:y.a.@@") }))).toBe(
      nameCodes.HBA,
    );
    expect(await outcomeOf(editNames(deps, admin, b.id, { add: at("DNS:*.a.@@") }))).toBe(
      nameCodes.HBA,
    );
  });

  test("a share ends when one identity is left, and the names are exclusive again", async () => {
    const { at, a, b } = await shared();
    await editNames(deps, admin, b.id, { release: at("DNS:x.a.@@") });
    const rows = await harness.asSuper(
      "select n.share_id, s.state from identity_name n left join name_share s on s.id = n.share_id where n.identity_id = $1 and n.origin <> 'identity' and n.state <> 'released'",
      [a.id],
    );
    expect(rows).toEqual([{ share_id: null, state: null }]);
    expect(await outcomeOf(editNames(deps, admin, b.id, { add: at("DNS:x.a.@@") }))).toBe(
      nameCodes.HBA,
    );
  });

  test("sharing a name twice in one request gives it once", async () => {
    const at = inOwnDomain();
    const a = await makeHolder(deps, at("DNS:x.@@"));
    const b = await makeHolder(deps);
    const names = namesIn(at("DNS:x.@@ DNS:X.@@"));
    const attempt = shareNames(deps, admin, b.id, { names, with: [a.id], comment: "both" });
    expect(await outcomeOf(attempt)).toBe("done");
    expect(await heldBy(deps, b.id)).toEqual([at("dns:x.@@ held")]);
  });

  test("a name that was shared, released and kept for its certificate can be shared again", async () => {
    const { at, a, b } = await shared();
    await issueNames(deps, own(b.id), { profile, identity: b.id, names: at("DNS:x.a.@@") });
    await editNames(deps, admin, b.id, { release: at("DNS:x.a.@@") });
    expect(await heldBy(deps, b.id)).toEqual([at("dns:x.a.@@ reserved")]);
    const names = namesIn(at("DNS:x.a.@@"));
    await shareNames(deps, admin, b.id, { names, with: [a.id], comment: "again" });
    expect(await heldBy(deps, b.id)).toEqual([at("dns:x.a.@@ held")]);
  });

  test("an identity that shares a pattern can add a name that only its own pattern overlaps", async () => {
    const at = inOwnDomain();
    const a = await makeHolder(deps, at("URI:https://e.example/@@/*"));
    const b = await makeHolder(deps);
    const names = namesIn(at("URI:https://e.example/@@/x"));
    await shareNames(deps, admin, b.id, { names, with: [a.id], comment: "both" });
    const add = at("URI:https://e.example/@@/y?q=1");
    expect(await outcomeOf(editNames(deps, admin, a.id, { add }))).toBe("done");
    expect(await outcomeOf(editNames(deps, admin, b.id, { add }))).toBe(nameCodes.HBA);
  });
});

describe("a profile and a holding are needed, both", () => {
  test("a narrower profile refuses a held name, and a wider one gives no one a name", async () => {
    const at = inOwnDomain();
    const names = at("DNS:x.@@");
    const a = await makeHolder(deps, names);
    const slug = await makeNamesProfile(deps);
    const { rules } = await getProfile(deps, admin, slug);
    const { shape } = profileInput;
    const saved = shape.rules.parse(rules);
    const request = { profile: slug, identity: a.id, names };
    expect(await outcomeOf(issueNames(deps, own(a.id), request))).toBe("done");
    await updateProfile(deps, admin, slug, {
      rules: { ...saved, san: { ...saved.san, dnsPatterns: ["**.b.e.example"] } },
    });
    expect(await outcomeOf(issueNames(deps, own(a.id), request))).toBe(
      "certificate.name-outside-profile",
    );
    await updateProfile(deps, admin, slug, {
      rules: { ...saved, san: { ...saved.san, dnsPatterns: ["**.e.example", "**.other.example"] } },
    });
    expect(
      await outcomeOf(
        issueNames(deps, own(a.id), { ...request, names: "DNS:vault.other.example" }),
      ),
    ).toBe(nameCodes.NH);
  });

  test("the profile has to be for the kind, and for identities that ask for themselves", async () => {
    const at = inOwnDomain();
    const names = at("DNS:x.@@");
    const a = await makeHolder(deps, names, { kind: "device" });
    const request = { identity: a.id, names };
    expect(
      await outcomeOf(issueNames(deps, operator, { ...request, profile: "tls-client-service" })),
    ).toContain("profile.identity-kind");
    expect(
      await outcomeOf(issueNames(deps, own(a.id), { ...request, profile: "device" })),
    ).toContain("profile.not-self-service");
  });
});

describe("issuing adds exactly what was confirmed, or nothing", () => {
  test.each([
    ["a list of none", () => [], "name.additions-changed"],
    [
      "another list",
      (name: string) => namesIn(`DNS:other-${name.slice(4)}`),
      "name.additions-changed",
    ],
    [
      "a longer list",
      (name: string) => namesIn(`${name} DNS:second.e.example`),
      "name.additions-changed",
    ],
    ["no", () => false, "name.not-held"],
    ["the same list", (name: string) => namesIn(name), "done"],
    ["yes", () => true, "done"],
  ] as const)("with %s", async (_title, addNames, expected) => {
    const name = inOwnDomain()("DNS:y.@@");
    const a = await makeHolder(deps);
    const request = { profile, identity: a.id, names: name, addNames: addNames(name) as never };
    expect(await outcomeOf(issueNames(deps, operator, request))).toBe(expected);
    expect((await heldBy(deps, a.id)).length).toBe(expected === "done" ? 1 : 0);
  });

  test("nothing is added if the request is refused for another reason", async () => {
    const name = inOwnDomain()("DNS:x.@@");
    const a = await makeHolder(deps);
    const request = { profile, identity: a.id, names: name, validitySeconds: 400 * 86_400 };
    expect(await outcomeOf(issueNames(deps, operator, request))).toContain("lifetime");
    expect(await heldBy(deps, a.id)).toEqual([]);
  });

  test("a list that an identity sends with its own request is ignored", async () => {
    const name = inOwnDomain()("DNS:x.@@");
    const a = await makeHolder(deps);
    const request = { profile, identity: a.id, names: name };
    for (const addNames of [true, false, namesIn(name)])
      expect(await outcomeOf(issueNames(deps, own(a.id), { ...request, addNames }))).toBe(
        nameCodes.NH,
      );
  });
});

test("an edit of the names an identity was read with counts only if they are still those", async () => {
  const at = inOwnDomain();
  const made = await makeHolder(deps, at("DNS:x.@@"));
  const names = namesIn(at("DNS:x.@@ DNS:y.@@"));
  const change = { names, epoch: made.epoch };
  expect(await outcomeOf(updateIdentity(deps, operator, made.id, change))).toBe("done");
  expect(await outcomeOf(updateIdentity(deps, operator, made.id, change))).toBe(
    "identity.changed-meanwhile",
  );
  expect(await outcomeOf(updateIdentity(deps, operator, made.id, { names }))).toBe(
    "request.invalid",
  );
});

test("the log explains every name that is held now, and each that a certificate was planned with", async () => {
  await harness.entries();
  const { problems } = await reconcile(harness.deps);
  expect(problems.filter((text) => /names/.test(text))).toEqual([]);
});
