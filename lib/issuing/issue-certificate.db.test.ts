import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { suspendIdentity } from "@/lib/identities/set-identity-status";
import { createProfile } from "@/lib/profiles/create-profile";
import { getProfile } from "@/lib/profiles/read-profiles";
import { profileInput } from "@/lib/profiles/schema";
import { retireProfile, updateProfile } from "@/lib/profiles/update-profile";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr, manyCsrs, refusalOf } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";
import { makeTestKey } from "@/testing/pki/authorities";
import { issueCertificate } from "./issue-certificate";

let harness: Harness;
let deps: Deps;
const admin = adminActor();

beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
});
afterAll(async () => {
  await harness.close();
});

const count = async (sql: string, ...values: unknown[]): Promise<number> =>
  Number((await harness.asSuper(`select count(*)::int as n from ${sql}`, values))[0]?.["n"]);

async function makeNarrowProfile(slug: string): Promise<string> {
  const { rules } = await getProfile(deps, admin, "tls-server");
  const input = profileInput.parse({
    slug,
    name: slug,
    authority: "issuing",
    rules: {
      ...rules,
      validitySecondsMax: 86_400,
      validitySecondsDefault: 3600,
      san: { ...rules.san, dnsPatterns: ["*.inner.example.com"] },
    },
  });
  return (await createProfile(deps, admin, input)).result.id;
}

describe("issuing", () => {
  test("answers with a certificate that chains to the authority, after both entries are committed", async () => {
    const identity = await createTestIdentity(deps);
    const dto = await issueCertificate(deps, admin, {
      profile: "tls-server",
      identity,
      csr: await makeCsr(),
    });
    const leaf = new X509Certificate(dto.result.pem ?? "");
    const issuer = new X509Certificate(dto.result.chainPem);
    expect(leaf.verify(issuer.publicKey)).toBe(true);
    expect(leaf.serialNumber.toLowerCase()).toBe(dto.result.serial);
    expect((await harness.entriesOf(dto.result.id)).map((entry) => entry.action)).toEqual([
      "certificate.planned",
      "certificate.issued",
    ]);
    expect(dto.result.decision?.rules.every((rule) => rule.outcome === "passed")).toBe(true);
    expect(dto.result.decision?.profileVersion).toBe(1);
  });

  test("signs byte for byte what was planned and recorded", async () => {
    const identity = await createTestIdentity(deps);
    const dto = await issueCertificate(deps, admin, {
      profile: "tls-server",
      identity,
      csr: await makeCsr(),
    });
    const [row] = await harness.asSuper(
      "select position(tbs_der in der) as at, encode(sha256(tbs_der), 'hex') as hash from certificate where id = $1",
      [dto.result.id],
    );
    expect(row?.["at"]).toBe(5);
    expect(
      (await harness.entriesOf(dto.result.id)).map((entry) => entry.details["tbsSha256"]),
    ).toEqual([row?.["hash"], row?.["hash"]]);
  });

  test("gives many at once each its own certificate, serial and pair of entries", async () => {
    const identity = await createTestIdentity(deps);
    const csrs = await manyCsrs(60);
    const issued = await Promise.all(
      csrs.map((csr) => issueCertificate(deps, admin, { profile: "tls-server", identity, csr })),
    );
    expect(new Set(issued.map((dto) => dto.result.serial)).size).toBe(60);
    expect(issued.map((dto) => dto.result.sans[0]?.value)).toEqual(
      csrs.map((_, index) => `host-${index}.example.com`),
    );
    expect(await count("certificate where identity_id = $1 and state = 'issued'", identity)).toBe(
      60,
    );
    expect(
      await count(
        "tlog.inbox where (convert_from(entry, 'UTF8')::jsonb #>> '{target,id}') = any($1)",
        issued.map((dto) => dto.result.id),
      ),
    ).toBe(120);
  });
});

describe("a refusal", () => {
  test("a refused issuance lists every reason with its path, and is recorded before it is thrown", async () => {
    const profile = await makeNarrowProfile("narrow");
    const owner = await createTestIdentity(deps);
    const other = await createTestIdentity(deps);
    const key = makeTestKey("ecdsa-p256");
    await issueCertificate(deps, admin, {
      profile: "tls-server",
      identity: owner,
      csr: await makeCsr(["a.example.com"], key),
    });
    await suspendIdentity(deps, admin, other, { comment: "" });
    const refusal = await refusalOf(
      issueCertificate(deps, admin, {
        profile,
        identity: other,
        csr: await makeCsr(["b.example.com", "c.example.com"], key),
        validitySeconds: 90_000,
      }),
    );
    expect(refusal).toMatchObject({ code: "certificate.refused", kind: "invalid" });
    expect(refusal.findings.map(({ code, path }) => [code, path])).toEqual(
      expect.arrayContaining([
        ["identity.suspended", "identity"],
        ["certificate.name-outside-profile", "sans.0"],
        ["certificate.name-outside-profile", "sans.1"],
        ["certificate.lifetime-beyond-profile", "validitySeconds"],
        ["key.other-identity", "csr"],
      ]),
    );
    const [entry] = (await harness.entriesOf(other)).filter(
      (found) => found.action === "certificate.refused",
    );
    expect(entry).toMatchObject({ outcome: "denied", actor: { id: admin.id } });
    const recorded = (entry?.details["findings"] ?? []) as { code: string }[];
    expect(recorded.map((finding) => finding.code)).toEqual(
      refusal.findings.map((finding) => finding.code),
    );
    expect(await count("certificate where identity_id = $1", other)).toBe(0);
  });

  test.each([
    ["no such profile", { profile: "nothing" }, "profile.not-found", "profile"],
    ["a profile of Chancery's own", { profile: "ocsp-responder" }, "profile.not-found", "profile"],
    [
      "no such identity",
      { identity: "idn_00000000000000000000000000" },
      "identity.not-found",
      "identity",
    ],
    ["no identity", { identity: "" }, "identity.required", "identity"],
    ["rubbish instead of a request", { csr: "rubbish" }, "csr.not-a-csr", "csr"],
    [
      "a lifetime of ten years",
      { validitySeconds: 315_360_000 },
      "certificate.lifetime-beyond-profile",
      "validitySeconds",
    ],
    ["a name that is none", { sans: [{ type: "dns" as const, value: "-" }] }, /./, "sans.0"],
  ])("refuses %s, recorded", async (_name, wrong, code, path) => {
    const identity = await createTestIdentity(deps);
    const before = await count("tlog.inbox");
    const refusal = await refusalOf(
      issueCertificate(deps, admin, {
        profile: "tls-server",
        identity,
        csr: await makeCsr(),
        ...wrong,
      }),
    );
    expect(refusal.findings.map((finding) => finding.path)).toContain(path);
    expect(refusal.findings.map((finding) => finding.code).join(" ")).toMatch(code);
    expect(refusal.recordedAs).toMatch(/^ent_/);
    expect(await count("tlog.inbox")).toBe(before + 1);
    expect(await count("certificate where identity_id = $1", identity)).toBe(0);
  });

  test("keeps to the key algorithms of the profile", async () => {
    const identity = await createTestIdentity(deps);
    expect(
      (
        await issueCertificate(deps, admin, {
          profile: "tls-client-service",
          identity,
          csr: await makeCsr(["x.example.com"], makeTestKey("ed25519")),
        })
      ).result.keyAlgorithm,
    ).toBe("ed25519");
    const refusal = await refusalOf(
      issueCertificate(deps, admin, {
        profile: "tls-server",
        identity,
        csr: await makeCsr(["x.example.com"], makeTestKey("ed25519")),
      }),
    );
    expect(refusal.findings.map((finding) => finding.code)).toContain(
      "certificate.key-not-allowed",
    );
  });

  test("does not take the key for an identity that was refused", async () => {
    const key = makeTestKey("ecdsa-p256");
    const identity = await createTestIdentity(deps);
    const next = await createTestIdentity(deps);
    const csr = await makeCsr(["z.example.com"], key);
    await refusalOf(issueCertificate(deps, admin, { profile: "nothing", identity, csr }));
    expect(
      (await issueCertificate(deps, admin, { profile: "tls-server", identity: next, csr })).result
        .identity.id,
    ).toBe(next);
  });

  test("refuses what a read of a moment ago would have allowed", async () => {
    const identity = await createTestIdentity(deps);
    const profile = await makeNarrowProfile("narrow-2");
    const csr = () => makeCsr(["a.inner.example.com"]);
    await issueCertificate(deps, admin, { profile, identity, csr: await csr() });
    const { rules } = await getProfile(deps, admin, profile);
    await updateProfile(deps, admin, profile, {
      rules: {
        ...profileInput.shape.rules.parse(rules),
        san: { ...profileInput.shape.rules.parse(rules).san, dnsPatterns: ["other.example.com"] },
      },
    });
    expect(
      (await refusalOf(issueCertificate(deps, admin, { profile, identity, csr: await csr() })))
        .findings[0]?.code,
    ).toBe("certificate.name-outside-profile");
    await retireProfile(deps, admin, profile);
    expect(
      (
        await refusalOf(issueCertificate(deps, admin, { profile, identity, csr: await csr() }))
      ).findings.map((f) => f.code),
    ).toContain("profile.retired");
    await suspendIdentity(deps, admin, identity, { comment: "left" });
    expect(
      (
        await refusalOf(
          issueCertificate(deps, admin, { profile: "tls-server", identity, csr: await makeCsr() }),
        )
      ).findings.map((f) => f.code),
    ).toEqual(["identity.suspended"]);
  });

  test("refuses a key that was reported as compromised, for its owner too", async () => {
    const key = makeTestKey("ecdsa-p256");
    const identity = await createTestIdentity(deps);
    const csr = await makeCsr(["k.example.com"], key);
    const { id } = (await issueCertificate(deps, admin, { profile: "tls-server", identity, csr }))
      .result;
    await revokeCertificate(deps, admin, id, { reason: "keyCompromise" });
    expect(
      (
        await refusalOf(issueCertificate(deps, admin, { profile: "tls-server", identity, csr }))
      ).findings.map((f) => f.code),
    ).toContain("key.blocked");
  });
});

describe("who may", () => {
  test.each(["auditor", "approver", null] as const)("%s may not issue", async (role) => {
    const identity = await createTestIdentity(deps);
    expect(
      (
        await refusalOf(
          issueCertificate(deps, adminActor({ role }), {
            profile: "tls-server",
            identity,
            csr: await makeCsr(),
          }),
        )
      ).code,
    ).toMatch(/forbidden|unauthenticated/);
  });

  test("shows a service another identity as one that does not exist", async () => {
    const own = await createTestIdentity(deps, "asks for itself", ["own.example.com"]);
    const other = await createTestIdentity(deps);
    const service = adminActor({ role: "service", identityId: own });
    expect(
      (
        await issueCertificate(deps, service, {
          profile: "tls-server",
          identity: own,
          csr: await makeCsr(["own.example.com"]),
        })
      ).result.identity.id,
    ).toBe(own);
    const [foreign, missing] = [
      await refusalOf(
        issueCertificate(deps, service, {
          profile: "tls-server",
          identity: other,
          csr: await makeCsr(),
        }),
      ),
      await refusalOf(
        issueCertificate(deps, service, {
          profile: "tls-server",
          identity: "idn_nothing",
          csr: await makeCsr(),
        }),
      ),
    ];
    expect(foreign.findings).toEqual(missing.findings);
  });
});
