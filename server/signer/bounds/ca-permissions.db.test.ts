import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { revokeCaPermission } from "@/lib/ca-permissions/revoke-permission";
import type { CaPermissionInput } from "@/lib/ca-permissions/schema";
import { getAuthority } from "@/lib/authorities/read-authorities";
import { sha256Hex } from "@/lib/format/hash";
import { newId } from "@/lib/format/ids";
import { findIdentity } from "@/lib/identities/read-identities";
import { profileVersionText } from "@/lib/log/pure/profile-version";
import { changeNames } from "@/lib/names/change-names";
import { namesChange } from "@/lib/names/schema";
import { basicConstraintsExtension, trustDomainConstraintsExtension } from "@/lib/pki/extensions";
import { encodeName } from "@/lib/pki/names";
import { extensionOids } from "@/lib/pki/oids";
import { intermediateProfile } from "@/lib/pki/trust-domain";
import type { ProfileRules } from "@/lib/pki/types";
import { findProfile } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import {
  changeAsApplication,
  forgePlan,
  type Forgery,
  withExtensions,
} from "@/testing/ca/forge-plan";
import { makeNamesProfile } from "@/testing/ca/names-fixture";
import { refusalOf } from "@/testing/ca/requests";
import {
  askPermission,
  createSpireIdentity,
  decidePermission,
} from "@/testing/gateway/spire-fixture";
import { type Harness, testHostCaller } from "@/testing/harness";

// With the application's database role, its entries and the signer's socket, someone plans CA
// certificates as they like: what the operator of the host confirmed is what is left.
let harness: Harness, deps: Deps, domains: number;
const admin = adminActor();
const day = 86_400;

beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
  domains = 0;
});
afterAll(() => harness?.close());

type Holder = Readonly<{ identity: string; permission: string; trustDomain: string }>;

/** An identity with a permission for a trust domain that no other test has. */
async function holder(
  over: Partial<CaPermissionInput> = {},
  decision: "confirmed" | "rejected" | null = "confirmed",
): Promise<Holder> {
  const trustDomain = `td-${++domains}.example.com`;
  const identity = await createSpireIdentity(deps, trustDomain);
  const permission = await askPermission(deps, identity, { trustDomain, ...over });
  if (decision !== null) await decidePermission(deps, permission, decision);
  return { identity, permission, trustDomain };
}

/**
 * Another version of a profile, as the application's role can make it: with this slug, these rules
 * and the root as its CA. Returns its number.
 */
async function addVersion(
  profile: string,
  slug: string,
  change: Partial<ProfileRules>,
): Promise<number> {
  const found = await findProfile(deps, profile);
  const root = await getAuthority(deps, admin, "root");
  if (!found) throw new Error("there is no such profile");
  const { id, version, storedRules } = found;
  const next = {
    profileId: id,
    version: version + 1,
    slug,
    system: false,
    authorityId: root.id,
    rules: { ...storedRules, ...change },
  };
  const entryId = newId("ent", deps.clock.now(), deps.random.bytes);
  const versionSha256 = sha256Hex(profileVersionText(next));
  await changeAsApplication(
    deps,
    [
      {
        id: entryId,
        action: "profile.updated",
        outcome: "success",
        target: { kind: "profile", id, label: profile },
        details: { version: next.version, rulesSha256: "", versionSha256, changes: {} },
      },
    ],
    ["update profile set version = $2 where id = $1", id, next.version],
    [
      `insert into profile_version (profile_id, version, slug, system, authority_id, rules, digest, entry_id, created_at)
       values ($1, $2, $3, false, $4, $5::jsonb, $6, $7, now())`,
      id,
      next.version,
      slug,
      root.id,
      JSON.stringify(next.rules),
      versionSha256,
      entryId,
    ],
  );
  return next.version;
}

const forge = ({ identity, trustDomain }: Holder, more: Partial<Forgery> = {}): Promise<string> =>
  forgePlan(deps, { identity, trustDomain, profile: "intermediate-ca", issuer: "root", ...more });
const sign = (id: string): Promise<Uint8Array> => deps.signer.signCertificate(id);
const refusal = async (id: string): Promise<string> => (await refusalOf(sign(id))).code;

describe("the signer signs the CA of a client", () => {
  test("within a confirmed permission, and the same plan again without counting twice", async () => {
    const own = await holder({ count: 1 });
    const plan = await forge(own);
    expect((await sign(plan)).length).toBeGreaterThan(0);
    expect((await sign(plan)).length).toBeGreaterThan(0);
    expect(await refusal(await forge(own))).toBe("signer.ca-permission");
  });

  test.each([1, 5])(
    "when it is asked for several times at once, and counts it once of %i",
    async (count) => {
      const own = await holder({ count });
      for (let round = 0; round < Math.min(count, 2); round++) {
        const plan = await forge(own);
        const signed = await Promise.all(Array.from({ length: 6 }, () => sign(plan)));
        expect(signed.every((der) => der.length > 0)).toBe(true);
        const uses = await harness.asSuper(
          "select number from signer.ca_permission_use where certificate_id = $1",
          [plan],
        );
        expect(uses).toEqual([{ number: round + 1 }]);
      }
    },
  );

  test("as often as the permission says, however many are asked for at once", async () => {
    const own = await holder({ count: 3 });
    const plans = await Promise.all(Array.from({ length: 8 }, () => forge(own)));
    const answers = await Promise.all(
      plans.map((id) =>
        sign(id).then(
          () => "",
          () => "refused",
        ),
      ),
    );
    expect(answers.filter((answer) => answer === "")).toHaveLength(3);
  });
});

describe("the signer refuses the CA of a client", () => {
  test.each<[string, Partial<CaPermissionInput>, "rejected" | null]>([
    ["whose permission waits for its confirmation", {}, null],
    ["whose permission was rejected on the host", {}, "rejected"],
  ])("%s", async (_title, over, decision) => {
    expect(await refusal(await forge(await holder(over, decision)))).toBe("signer.ca-permission");
  });

  test("whose permission is revoked, one that it had counted before included", async () => {
    const own = await holder();
    const counted = await forge(own);
    await sign(counted);
    await revokeCaPermission(deps, admin, own.permission);
    expect(await refusal(await forge(own))).toBe("signer.ca-permission");
    expect(await refusal(counted)).toBe("signer.ca-permission");
  });

  test("of an identity that has no permission, for a trust domain that another one has", async () => {
    const own = await holder();
    const identity = await createSpireIdentity(deps, `other-${own.trustDomain}`);
    const plan = await forge({ ...own, identity });
    expect(await refusal(plan)).toBe("signer.name-not-held");
  });

  test("for a trust domain that the permission isn't for, although the identity holds it", async () => {
    const own = await holder();
    const other = `too-${own.trustDomain}`;
    await makeNamesProfile(deps, { uriPrefixes: [`spiffe://${other}/`] });
    const add = [{ type: "uri" as const, value: `spiffe://${other}/*` }];
    await changeNames(deps, admin, own.identity, namesChange.parse({ add }));
    expect(await refusal(await forge({ ...own, trustDomain: other }))).toBe("signer.ca-permission");
  });

  test.each<[string, Partial<Forgery>, string]>([
    [
      "that lives longer than the permission allows",
      { rules: { validitySecondsDefault: 8 * day } },
      "signer.ca-permission",
    ],
    [
      "that lives longer than such a CA ever does",
      { rules: { validitySecondsDefault: 400 * day, validitySecondsMax: 400 * day } },
      "signer.lifetime",
    ],
    ["with a path length of 1", { rules: { pathLength: 1 } }, "signer.profile"],
    ["without a path length", { rules: { pathLength: null } }, "signer.profile"],
    [
      "without name constraints",
      { change: (parts) => withExtensions(parts, { [extensionOids.nameConstraints]: null }) },
      "signer.profile",
    ],
    [
      "with the name constraints of another trust domain",
      {
        change: (parts) =>
          withExtensions(parts, {
            [extensionOids.nameConstraints]: trustDomainConstraintsExtension("evil.net"),
          }),
      },
      "signer.profile",
    ],
    [
      "with the subject of one of Chancery's CAs",
      {
        change: () => ({
          subjectDer: encodeName([
            { type: "O", value: "Example" },
            { type: "CN", value: "Example Issuing CA" },
          ]),
        }),
      },
      "signer.own-form",
    ],
    ["without a name", { trustDomain: undefined, commonName: "x" } as never, "signer.own-form"],
    [
      "whose bytes are no CA's",
      {
        change: (parts) =>
          withExtensions(parts, {
            [extensionOids.basicConstraints]: basicConstraintsExtension(false, null),
          }),
      },
      "signer.lint",
    ],
  ])("%s", async (_title, more, code) => {
    expect(await refusal(await forge(await holder(), more))).toBe(code);
  });

  test("that is no CA's, although its profile version has the slug of theirs, under no permission", async () => {
    const own = await holder();
    const value = `spiffe://${own.trustDomain}`;
    const slug = await makeNamesProfile(deps, { uriPrefixes: [value, `${value}/`] });
    await changeNames(
      deps,
      admin,
      own.identity,
      namesChange.parse({ add: [{ type: "uri", value }] }),
    );
    const rules = { extendedKeyUsage: ["codeSigning" as const] };
    const profileVersion = await addVersion(slug, intermediateProfile, rules);
    const plan = await forgePlan(deps, {
      identity: own.identity,
      profile: slug,
      issuer: "root",
      names: [{ type: "uri", value }],
      rules,
      row: { profileVersion },
    });
    await sign(plan).catch(() => null);
    const uses = await harness.asSuper(
      "select number from signer.ca_permission_use where certificate_id = $1",
      [plan],
    );
    expect(uses).toEqual([]);
  });

  test("after its identity gave the trust domain up", async () => {
    const own = await holder();
    await harness.asSuper("alter table identity_name disable trigger all");
    await harness.asSuper(
      "update identity_name set state = 'released', changed_at = now() - interval '1 hour' where identity_id = $1 and type = 'uri'",
      [own.identity],
    );
    await harness.asSuper("alter table identity_name enable trigger all");
    await harness.asSuper("alter table identity disable trigger all");
    await harness.asSuper("update identity set epoch = epoch + 1 where id = $1", [own.identity]);
    await harness.asSuper("alter table identity enable trigger all");
    expect(await refusal(await forge(own))).toBe("signer.name-not-held");
  });
});

describe("a permission", () => {
  test("that is revoked stays revoked: the application's role can't take that back", async () => {
    const { permission, identity } = await holder();
    await revokeCaPermission(deps, admin, permission);
    const name = (await findIdentity(deps, identity))?.name ?? "";
    const undo = changeAsApplication(
      deps,
      [
        {
          action: "ca-permission.revoked",
          outcome: "success",
          target: { kind: "ca-permission", id: permission, label: name },
          details: { identityId: identity, comment: "" },
        },
      ],
      ["update ca_permission set revoked_at = null where id = $1", permission],
    );
    expect((await refusalOf(undo)).code).toBe("record.unavailable");
  });

  test.each([
    ["insert into signer.ca_permission select * from signer.ca_permission"],
    ["insert into signer.ca_permission_use values ('cap_x', 1, 'crt_x', '', now())"],
    ["delete from signer.ca_permission_use"],
    ["update ca_permission set max_seconds = 1"],
    ["delete from ca_permission"],
  ])("can't be changed by the application's role: %s", async (sql) => {
    await expect(harness.as("app", sql)).rejects.toThrow(/permission denied|does not exist/);
  });

  test("is confirmed by the host's operator alone, for exactly what was shown, once", async () => {
    const { permission } = await holder({}, null);
    const wish = { permissionId: permission, termsSha256: "0".repeat(64), decision: "confirmed" };
    const decide = (caller: typeof testHostCaller, over = {}) =>
      refusalOf(deps.signer.decidePermission(caller, { ...wish, ...over } as never));
    expect((await decide({ ...testHostCaller, token: "guess" })).code).toBe("signer.host-token");
    expect((await decide(testHostCaller)).code).toBe("signer.plan-differs");
    const { entries } = await harness.during(() => decidePermission(deps, permission));
    expect(entries).toMatchObject([
      { action: "ca-permission.confirmed", actor: { label: testHostCaller.label } },
    ]);
    expect((await decide(testHostCaller)).code).toBe("signer.no-plan");
  });
});
