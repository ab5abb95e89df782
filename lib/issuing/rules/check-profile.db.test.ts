import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/access/actor";
import { createIdentity } from "@/lib/identities/create-identity";
import { updateIdentity } from "@/lib/identities/update-identity";
import { identityInput } from "@/lib/identities/schema";
import { toPem } from "@/lib/pki/pem";
import {
  identityKinds,
  type GeneralName,
  type IdentityKind,
  type ProfileRules,
} from "@/lib/pki/types";
import { addProfile } from "@/lib/profiles/create-profile";
import { getProfile } from "@/lib/profiles/read-profiles";
import { updateProfile } from "@/lib/profiles/update-profile";
import { profileInput } from "@/lib/profiles/schema";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import { makeCsr, refusalOf } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";
import { makeTestKey } from "@/testing/pki/authorities";
import { makeRequest } from "@/testing/pki/requests";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { previewCertificate } from "@/lib/issuing/preview-certificate";
import { rotateCertificate } from "@/lib/issuing/rotate-certificate";

let harness: Harness;
let deps: Deps;
const admin = adminActor();
const ids: Record<IdentityKind, string> = { person: "", service: "", device: "" };

beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
  for (const kind of identityKinds) {
    const input = identityInput.parse({ kind, name: `own-${kind}`, owner: "team@example.com" });
    ids[kind] = (await createIdentity(deps, admin, input)).result.id;
  }
});
afterAll(async () => {
  await harness.close();
});

/** What asks for itself: by its certificate or by its token. */
const itself = (identityId: string, kind: "certificate" | "token" = "certificate"): Actor =>
  adminActor({ kind, id: `${kind}_of_test`, label: "itself", role: "service", identityId });

const csrFor = async (commonName: string, sans: readonly GeneralName[]): Promise<string> =>
  toPem(
    "CERTIFICATE REQUEST",
    await makeRequest(makeTestKey("ecdsa-p256"), {
      subject: [{ type: "CN", value: commonName }],
      sans,
    }),
  );
const nameOf = (kind: IdentityKind): string => `own-${kind}`;
const sansFor = (profile: string, kind: IdentityKind): GeneralName[] =>
  ["tls-server", "short-lived"].includes(profile)
    ? [{ type: "dns", value: `${nameOf(kind)}.example.com` }]
    : [];
const requestOf = async (profile: string, kind: IdentityKind) => {
  const sans = sansFor(profile, kind);
  return {
    profile,
    identity: ids[kind],
    csr: await csrFor(sans[0]?.value ?? nameOf(kind), sans),
  };
};

const allowed: Readonly<
  Record<string, Readonly<{ kinds: readonly IdentityKind[]; self: boolean }>>
> = {
  "tls-server": { kinds: ["service", "device"], self: true },
  "tls-client-service": { kinds: ["service"], self: true },
  "tls-client-person": { kinds: ["person"], self: false },
  device: { kinds: ["device"], self: false },
  "short-lived": { kinds: ["service", "device"], self: false },
};
const cases = Object.keys(allowed).flatMap((profile) =>
  identityKinds.map((kind) => [profile, kind] as const),
);

describe("each profile and each kind of identity", () => {
  test.each(cases)("%s for a %s: staff get what the profile is for", async (profile, kind) => {
    const request = await requestOf(profile, kind);
    const { findings } = await previewCertificate(deps, admin, request);
    const codes = findings.map(({ code }) => code);
    const isFor = allowed[profile]?.kinds.includes(kind) === true;
    expect(codes).toEqual(isFor ? [] : ["profile.identity-kind"]);
  });

  test.each(cases)(
    "%s for a %s: what asks for itself gets no more than the profile allows, and the preview says the same",
    async (profile, kind) => {
      const rule = allowed[profile];
      const expected = [
        ...(rule?.kinds.includes(kind) ? [] : ["profile.identity-kind"]),
        ...(rule?.self ? [] : ["profile.not-self-service"]),
      ];
      for (const by of ["certificate", "token"] as const) {
        const actor = itself(ids[kind], by);
        const preview = await previewCertificate(deps, actor, await requestOf(profile, kind));
        const codes = preview.findings.map(({ code }) => code);
        expect(codes).toEqual(expect.arrayContaining(expected));
        if (expected.length === 0) continue;
        const refusal = await refusalOf(
          issueCertificate(deps, actor, await requestOf(profile, kind)),
        );
        expect(refusal.code).toBe("certificate.refused");
        expect(refusal.findings.map(({ code }) => code)).toEqual(expect.arrayContaining(expected));
      }
    },
  );

  test("a refusal is an entry with its reason", async () => {
    const { entries } = await harness.during(() =>
      refusalOf(
        requestOf("device", "service").then((request) =>
          issueCertificate(deps, itself(ids.service), request),
        ),
      ),
    );
    expect(entries).toMatchObject([
      {
        action: "certificate.refused",
        outcome: "denied",
        reason: "profile.identity-kind profile.not-self-service",
      },
    ]);
  });
});

describe("rotation", () => {
  test("an identity rotates its own certificate under a profile that it can't request from", async () => {
    const request = await requestOf("device", "device");
    const { result } = await issueCertificate(deps, admin, request);
    const next = await rotateCertificate(deps, itself(ids.device), result.id, {
      csr: await csrFor(nameOf("device"), []),
    });
    expect(next.result.predecessorId).toBe(result.id);
  });

  test("a profile that is no longer for its kind rotates nothing, until it is again", async () => {
    const { rules } = await getProfile(deps, admin, "tls-client-service");
    const parsed = profileInput.shape.rules.parse(rules);
    const { result } = await issueCertificate(
      deps,
      admin,
      await requestOf("tls-client-service", "service"),
    );
    const rotate = async () =>
      rotateCertificate(deps, admin, result.id, { csr: await csrFor(nameOf("service"), []) });
    await updateProfile(deps, admin, "tls-client-service", {
      rules: { ...parsed, identityKinds: ["device"] },
    });
    const refusal = await refusalOf(rotate());
    expect(refusal.findings.map(({ code }) => code)).toEqual(["profile.identity-kind"]);
    await updateProfile(deps, admin, "tls-client-service", { rules: parsed });
    expect((await rotate()).result.predecessorId).toBe(result.id);
  });
});

describe("the default profiles", () => {
  const outside: readonly (readonly [string, string, GeneralName])[] = [
    ["tls-server", "another organization's host", { type: "dns", value: "ca.example.net" }],
    ["tls-server", "a host of a private name space", { type: "dns", value: "vault.prod.internal" }],
    ["tls-server", "every computer's own name", { type: "dns", value: "localhost" }],
    ["tls-server", "loopback", { type: "ip", value: "127.0.0.1" }],
    ["tls-server", "loopback over IPv6", { type: "ip", value: "::1" }],
    ["tls-server", "a link-local address", { type: "ip", value: "169.254.169.254" }],
    ["tls-server", "a link-local address over IPv6", { type: "ip", value: "fe80::1" }],
    ["tls-server", "a public address", { type: "ip", value: "192.0.2.1" }],
    ["tls-client-service", "a foreign SPIFFE ID", { type: "uri", value: "spiffe://example.net/x" }],
    ["tls-client-service", "a web address", { type: "uri", value: "https://example.com/x" }],
    ["short-lived", "a foreign SPIFFE ID", { type: "uri", value: "spiffe://example.net/x" }],
  ];
  test.each(outside)(
    "%s gives %s to no one, administrators included",
    async (profile, _what, san) => {
      const request = { profile, identity: ids.service, csr: await csrFor(san.value, [san]) };
      for (const actor of [admin, itself(ids.service)]) {
        const { findings, plan } = await previewCertificate(deps, actor, request);
        expect(findings.map(({ code }) => code)).toContain("certificate.name-outside-profile");
        expect(plan).toBeNull();
      }
    },
  );

  test("a service gets no certificate with a person's mailbox under any profile", async () => {
    const sans: GeneralName[] = [{ type: "email", value: "admin@example.com" }];
    for (const profile of Object.keys(allowed)) {
      const csr = await csrFor("admin@example.com", sans);
      const request = { profile, identity: ids.service, csr };
      for (const actor of [admin, itself(ids.service)]) {
        const refusal = await refusalOf(issueCertificate(deps, actor, request));
        expect(refusal.code).toBe("certificate.refused");
      }
    }
  });

  test("no certificate is for a host by its common name alone", async () => {
    for (const [profile, kind] of cases) {
      const csr = await csrFor("vault.example.com", []);
      const { findings } = await previewCertificate(deps, admin, {
        profile,
        identity: ids[kind],
        csr,
      });
      expect(findings.map(({ code }) => code)).toContain("certificate.common-name-not-bound");
    }
  });
});

describe("a profile that an older version stored", () => {
  /** A profile with rules as versions wrote them in which names were not bound. */
  const addAged = async (slug: string) => {
    const { rules, authorityId } = await getProfile(deps, admin, "device");
    const { identityKinds: _kinds, selfService: _self, names: _names, ...rest } = rules;
    const aged = {
      ...rest,
      subject: { commonName: "required", commonNameInSan: false, fixed: [] },
      san: { ...rest.san, dnsPatterns: ["*"] },
    };
    await addProfile(deps, admin, {
      slug,
      name: slug,
      description: "",
      system: false,
      authority: { id: authorityId ?? "", slug: "issuing" },
      rules: aged as unknown as ProfileRules,
    });
  };

  test("keeps working for every kind of identity, until it is saved again without rules for any name", async () => {
    await addAged("aged");
    const csr = () => csrFor("printer.elsewhere.example", []);
    const request = async (kind: IdentityKind) => ({
      profile: "aged",
      identity: ids[kind],
      csr: await csr(),
    });
    const { result } = await issueCertificate(deps, admin, await request("service"));
    expect(result.findings).toMatchObject([
      { code: "certificate.common-name-not-bound", severity: "warning" },
    ]);
    await rotateCertificate(deps, itself(ids.service), result.id, { csr: await csr() });
    const own = await refusalOf(
      issueCertificate(deps, itself(ids.service), await request("service")),
    );
    expect(own.findings.map(({ code }) => code)).toContain("certificate.common-name-not-bound");

    const before = await getProfile(deps, admin, "aged");
    expect(before.rules).toMatchObject({ savedBeforeNames: true, san: { dnsPatterns: ["*"] } });
    const { savedBeforeNames: _mark, ...rules } = before.rules;
    const saved = profileInput.shape.rules.safeParse(rules);
    expect(saved.error?.issues.map(({ path }) => path.join("."))).toEqual(["san.dnsPatterns.0"]);

    const renamed = await updateProfile(deps, admin, "aged", { description: "Printers" });
    expect(renamed.result.rules.savedBeforeNames).toBe(true);
    const next = profileInput.shape.rules.parse({
      ...rules,
      identityKinds: ["device"],
      san: { ...rules.san, dnsPatterns: ["**.example.com"] },
    });
    const { result: enforced } = await updateProfile(deps, admin, "aged", { rules: next });
    expect(enforced.rules.savedBeforeNames).toBeUndefined();
    const refusal = await refusalOf(issueCertificate(deps, admin, await request("service")));
    expect(refusal.findings.map(({ code }) => code).toSorted()).toEqual([
      "certificate.common-name-not-bound",
      "profile.identity-kind",
    ]);
  });

  test("a change of its name keeps its rules as they are stored, so that its entries still match them", async () => {
    await addAged("aged-too");
    await updateProfile(deps, admin, "aged-too", { name: "Hours" });
    const [row] = await harness.asSuper("select rules from profile where slug = 'aged-too'");
    expect(row?.["rules"]).not.toHaveProperty("identityKinds");
    expect(row?.["rules"]).toMatchObject({ subject: { commonNameInSan: false } });
  });
});

test("a template's name is allowed for the identity that it is made for, and for no other", async () => {
  const { rules } = await getProfile(deps, admin, "tls-client-service");
  const parsed = profileInput.shape.rules.parse({
    ...rules,
    names: [{ type: "uri", value: "spiffe://workloads.example/{identity.name}" }],
  });
  await updateProfile(deps, admin, "tls-client-service", { rules: parsed });
  const codesFor = async (path: string) => {
    const san: GeneralName = { type: "uri", value: `spiffe://workloads.example/${path}` };
    const csr = await csrFor(nameOf("service"), [san]);
    const request = { profile: "tls-client-service", identity: ids.service, csr };
    return (await previewCertificate(deps, admin, request)).findings.map(({ code }) => code);
  };
  expect(await codesFor(nameOf("service"))).toEqual([]);
  expect(await codesFor("own-device")).toEqual(["certificate.name-outside-profile"]);
  expect(await codesFor(`${nameOf("service")}/x`)).toEqual(["certificate.name-outside-profile"]);
});

test("a template's name is still allowed in the rotation of an identity that was renamed", async () => {
  const name: GeneralName = { type: "uri", value: "spiffe://workloads.example/own-service" };
  const csr = () => csrFor(nameOf("service"), [name]);
  const request = { profile: "tls-client-service", identity: ids.service, csr: await csr() };
  const { result } = await issueCertificate(deps, admin, request);
  await updateIdentity(deps, admin, ids.service, { name: "own-service-2" });
  harness.advance(3000);
  const again = await refusalOf(issueCertificate(deps, admin, { ...request, csr: await csr() }));
  expect(again.findings.map(({ code }) => code)).toContain("certificate.name-outside-profile");
  const next = await rotateCertificate(deps, itself(ids.service), result.id, { csr: await csr() });
  expect(next.result.sans).toEqual([name]);
});

test("the request of the documentation is issued unchanged", async () => {
  const csr = await makeCsr(["pay.example.com"]);
  const request = { profile: "tls-server", identity: ids.service, csr };
  const { result } = await issueCertificate(deps, admin, request);
  expect(result.subject).toBe("CN=pay.example.com");
});
