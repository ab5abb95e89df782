import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { revokeCaPermission } from "@/lib/ca-permissions/revoke-permission";
import type { CaPermissionInput } from "@/lib/ca-permissions/schema";
import { findIdentity } from "@/lib/identities/read-identities";
import { changeNames } from "@/lib/names/change-names";
import { namesChange } from "@/lib/names/schema";
import { readCertificate } from "@/lib/pki/certificate";
import { basicConstraintsExtension, trustDomainConstraintsExtension } from "@/lib/pki/extensions";
import { encodeName } from "@/lib/pki/names";
import { extensionOids } from "@/lib/pki/oids";
import { intermediateProfile } from "@/lib/pki/trust-domain";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import {
  changeAsApplication,
  forgePlan,
  type Forgery,
  withExtensions,
} from "@/testing/ca/forge-plan";
import { forgeProfileVersion } from "@/testing/ca/forge-profile-version";
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

  test("under a profile version that only has the slug of theirs: a leaf there is a leaf, which counts under no permission, and a CA is refused", async () => {
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
    const version = { slug: intermediateProfile, authority: "root", rules };
    const profileVersion = await forgeProfileVersion(deps, slug, version);
    const plan = (more: Partial<Forgery> = {}) =>
      forgePlan(deps, {
        identity: own.identity,
        profile: slug,
        issuer: "root",
        names: [{ type: "uri", value }],
        rules,
        row: { profileVersion },
        ...more,
      });
    // Test CAs have a ceiling of anything, so it is signed as the leaf that it is: exactly its bytes.
    const id = await plan();
    const certificate = readCertificate(await sign(id));
    const [row] = await harness.asSuper("select tbs_der from certificate where id = $1", [id]);
    expect(Buffer.from(certificate.tbsDer).equals(row?.["tbs_der"] as Buffer)).toBe(true);
    expect(certificate.extensions.map(({ oid }) => oid)).not.toContain(
      extensionOids.nameConstraints,
    );
    const constraints = certificate.extensions.find(
      ({ oid }) => oid === extensionOids.basicConstraints,
    );
    expect(Buffer.from(constraints?.value ?? []).toString("hex")).toBe("3000");
    const uses = await harness.asSuper(
      "select number from signer.ca_permission_use where certificate_id = $1",
      [id],
    );
    expect(uses).toEqual([]);
    const change: Forgery["change"] = (parts) =>
      withExtensions(parts, {
        [extensionOids.basicConstraints]: basicConstraintsExtension(true, 0),
      });
    expect(await refusal(await plan({ change }))).toBe("signer.profile");
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
