import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "@/lib/format/ids";
import { sha256Hex } from "@/lib/format/hash";
import { profileVersionText } from "@/lib/log/pure/profile-version";
import { findProfile } from "@/lib/profiles/read-profiles";
import { updateProfile } from "@/lib/profiles/update-profile";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { changeAsApplication, forgePlan, type Forgery } from "@/testing/ca/forge-plan";
import { refusalOf } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";

// With the application's database role, someone rewrites what profiles allow.
let harness: Harness, deps: Deps, service: string;
const names = [{ type: "dns", value: "pay.example.com" }] as const;

beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
  service = await createTestIdentity(deps, "payments", ["pay.example.com"]);
});
afterAll(() => harness.close());

const refusalFor = async (forgery: Partial<Forgery>): Promise<string> => {
  const id = await forgePlan(deps, { identity: service, names, ...forgery });
  return (await refusalOf(deps.signer.signCertificate(id))).code;
};

describe("the rules of a profile are those of its recorded version", () => {
  const profileOf = async (slug: string) => {
    const profile = await findProfile(deps, slug);
    if (!profile) throw new Error(`there is no profile ${slug}`);
    return profile;
  };
  const updated = (id: string, version: number, versionSha256: string, entryId?: string) => ({
    ...(entryId ? { id: entryId as never } : {}),
    action: "profile.updated" as const,
    outcome: "success" as const,
    target: { kind: "profile", id, label: "tls-server" },
    details: { version, rulesSha256: "", versionSha256, changes: {} },
  });
  const insert = `insert into profile_version (profile_id, version, slug, system, authority_id, rules, digest, entry_id, created_at)
    values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, now())`;

  test("rules that were changed in the profile's row alone don't count", async () => {
    const { id, storedRules } = await profileOf("device");
    const device = await createTestIdentity(deps, "gauge", ["gauge.example.com"]);
    const rules = {
      ...storedRules,
      identityKinds: ["service"],
      keyUsage: ["digitalSignature", "keyAgreement"],
    };
    await changeAsApplication(
      deps,
      [updated(id, 1, "")],
      ["update profile set rules = $2::jsonb where id = $1", id, JSON.stringify(rules)],
    );
    const forged = { identity: device, profile: "device", names: [], commonName: "gauge" };
    expect(await refusalFor(forged)).toBe("signer.profile");
  });

  test("a version that the profile's row claims and no one made doesn't count", async () => {
    const { id, version } = await profileOf("tls-client-service");
    await changeAsApplication(
      deps,
      [updated(id, 99, "")],
      ["update profile set version = 99 where id = $1", id],
    );
    const forged = { profile: "tls-client-service", names: [], commonName: "payments" };
    const refused = await forgePlan(deps, { identity: service, ...forged });
    expect(await refusalOf(deps.signer.signCertificate(refused))).toMatchObject({
      code: "signer.profile-version",
    });
    await changeAsApplication(
      deps,
      [updated(id, version, "")],
      ["update profile set version = $2 where id = $1", id, version],
    );
  });

  test("a version is kept only with an entry that holds its number and digest", async () => {
    const { id, slug, storedRules, authorityId } = await profileOf("tls-server");
    const entryId = newId("ent", deps.clock.now(), deps.random.bytes);
    const values = [id, 7, slug, false, authorityId, JSON.stringify(storedRules)];
    for (const [digest, entry] of [
      ["a".repeat(64), updated(id, 7, "b".repeat(64), entryId)],
      ["a".repeat(64), updated(id, 8, "a".repeat(64), entryId)],
      ["a".repeat(64), updated(service, 7, "a".repeat(64), entryId)],
    ] as const)
      expect(
        (await refusalOf(changeAsApplication(deps, [entry], [insert, ...values, digest, entryId])))
          .code,
      ).toBe("record.unavailable");
    await refusalOf(
      changeAsApplication(deps, [updated(id, 7, "")], [insert, ...values, null, null]),
    );
    const [kept] = await harness.asSuper(
      "select count(*)::int as n from profile_version where profile_id = $1",
      [id],
    );
    expect(kept).toEqual({ n: 1 });
  });

  test("a version whose content isn't that of its digest doesn't count, even with an entry that holds the digest", async () => {
    const { id, slug, storedRules, authorityId } = await profileOf("short-lived");
    const entryId = newId("ent", deps.clock.now(), deps.random.bytes);
    const whole = {
      profileId: id,
      version: 2,
      slug,
      system: false,
      authorityId,
      rules: storedRules,
    };
    const digest = sha256Hex(profileVersionText(whole));
    const wider = JSON.stringify({ ...storedRules, validitySecondsMax: 40 * 365 * 86_400 });
    await changeAsApplication(
      deps,
      [updated(id, 2, digest, entryId)],
      [insert, id, 2, slug, false, authorityId, wider, digest, entryId],
      ["update profile set version = 2, rules = $2::jsonb where id = $1", id, wider],
    );
    expect(await refusalFor({ profile: "short-lived" })).toBe("signer.profile-version");
  });

  test.each<[string, object]>([
    ["no rules", {}],
    ["rules of another shape", { kind: "leaf", identityKinds: ["service"], san: { types: 7 } }],
    ["rules for CAs", { kind: "issuing-ca", identityKinds: ["service"] }],
    ["rules for OCSP responders", { kind: "ocsp-responder", identityKinds: ["service"] }],
  ])("a recorded version with %s gives nothing", async (_what, change) => {
    const good = await profileOf("tls-server");
    const id = newId("prf", deps.clock.now(), deps.random.bytes);
    const entryId = newId("ent", deps.clock.now(), deps.random.bytes);
    const slug = `forged-${id.slice(-8).toLowerCase()}`;
    const { authorityId } = good;
    const whole = { profileId: id, version: 1, slug, system: false, authorityId, rules: change };
    const digest = sha256Hex(profileVersionText(whole));
    await changeAsApplication(
      deps,
      [
        {
          id: entryId,
          action: "profile.created",
          outcome: "success",
          target: { kind: "profile", id, label: slug },
          details: { slug, version: 1, rulesSha256: "", versionSha256: digest },
        },
      ],
      [
        `insert into profile (id, slug, name, description, system, status, version, rules, authority_id, created_at, changed_at)
         values ($1, $2, '', '', false, 'active', 1, $3::jsonb, $4, now(), now())`,
        id,
        slug,
        JSON.stringify(change),
        authorityId,
      ],
      [insert, id, 1, slug, false, authorityId, JSON.stringify(change), digest, entryId],
    );
    expect(await refusalFor({ row: { profileId: id, profileVersion: 1 } })).toBe("signer.profile");
  });

  test.each([
    ["changed", "update profile_version set rules = '{}'"],
    ["deleted", "delete from profile_version"],
    ["emptied", "truncate profile_version"],
  ])("versions are never %s, by any role", async (_what, sql) => {
    for (const role of ["app", "signer", "owner", "super"] as const)
      await expect(harness.as(role, sql)).rejects.toMatchObject({ code: "42501" });
  });

  test("a version that an administrator saves is what the next certificates are evaluated by", async () => {
    const { storedRules } = await profileOf("tls-server");
    const rules = { ...storedRules, validitySecondsDefault: 86_400, validitySecondsMax: 86_400 };
    await updateProfile(deps, adminActor(), "tls-server", { rules: rules as never });
    expect(await refusalFor({ rules: storedRules as never })).toBe("signer.lifetime");
    const id = await forgePlan(deps, { identity: service, names });
    expect((await deps.signer.signCertificate(id)).length).toBeGreaterThan(300);
    await updateProfile(deps, adminActor(), "tls-server", { rules: storedRules as never });
  });
});
