import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  makeTestHouse,
  makeTestIdentity,
  testActor,
} from "@/server/signer/testing/make-test-house";
import type { TestHouse } from "@/server/signer/testing/make-test-house";
import { makeCsr, manyCsrs, refusalOf } from "@/server/signer/testing/requests";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { suspendIdentity } from "@/lib/identities/set-identity-status";
import { makeTestKey } from "@/lib/pki/testdata/authorities";
import { createProfile } from "@/lib/profiles/create-profile";
import { retireProfile, updateProfile } from "@/lib/profiles/update-profile";
import { profileInput } from "@/lib/profiles/schema";
import { getProfile } from "@/lib/profiles/get-profile";
import { issueCertificate } from "./issue-certificate";
import { previewCertificate } from "./preview-certificate";
import { revokeCertificate } from "./revoke-certificate";

let house: TestHouse,
  deps: Deps,
  signerFails: AppError | null = null;
const admin = testActor();

beforeAll(async () => {
  house = await makeTestHouse({
    signer: (own) => ({
      ...own,
      signCertificate: async (id) => {
        if (signerFails) throw signerFails;
        return own.signCertificate(id);
      },
    }),
  });
  ({ deps } = house);
});
afterAll(async () => {
  await house.close();
});

const count = async (sql: string, ...values: unknown[]): Promise<number> =>
  Number((await house.asSuper(`select count(*)::int as n from ${sql}`, values))[0]?.["n"]);

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
  return (await createProfile(deps, admin, input)).id;
}

describe("issuing", () => {
  it("answers with a certificate that chains to the authority, after both entries are committed", async () => {
    const identity = await makeTestIdentity(deps);
    const dto = await issueCertificate(deps, admin, {
      profile: "tls-server",
      identity,
      csr: await makeCsr(),
    });
    const leaf = new X509Certificate(dto.pem ?? ""),
      issuer = new X509Certificate(dto.chainPem);
    expect(leaf.verify(issuer.publicKey)).toBe(true);
    expect(leaf.serialNumber.toLowerCase()).toBe(dto.serial);
    expect((await house.entriesOf(dto.id)).map((entry) => entry.action)).toEqual([
      "certificate.planned",
      "certificate.issued",
    ]);
    expect(dto.decision?.rules.every((rule) => rule.outcome === "passed")).toBe(true);
    expect(dto.decision?.profileVersion).toBe(1);
  });

  it("signs byte for byte what was planned and recorded", async () => {
    const identity = await makeTestIdentity(deps);
    const dto = await issueCertificate(deps, admin, {
      profile: "tls-server",
      identity,
      csr: await makeCsr(),
    });
    const [row] = await house.asSuper(
      "select position(tbs_der in der) as at, encode(sha256(tbs_der), 'hex') as hash from certificate where id = $1",
      [dto.id],
    );
    expect(row?.["at"]).toBe(5);
    expect((await house.entriesOf(dto.id)).map((entry) => entry.details["tbsSha256"])).toEqual([
      row?.["hash"],
      row?.["hash"],
    ]);
  });

  it("gives many at once each its own certificate, serial and pair of entries", async () => {
    const identity = await makeTestIdentity(deps),
      csrs = await manyCsrs(60);
    const issued = await Promise.all(
      csrs.map((csr) => issueCertificate(deps, admin, { profile: "tls-server", identity, csr })),
    );
    expect(new Set(issued.map((dto) => dto.serial)).size).toBe(60);
    expect(issued.map((dto) => dto.sans[0]?.value)).toEqual(
      csrs.map((_, index) => `host-${index}.example.com`),
    );
    expect(await count("certificate where identity_id = $1 and state = 'issued'", identity)).toBe(
      60,
    );
    expect(
      await count(
        "tlog.inbox where (convert_from(entry, 'UTF8')::jsonb #>> '{target,id}') = any($1)",
        issued.map((dto) => dto.id),
      ),
    ).toBe(120);
  });
});

describe("a refusal", () => {
  it("tells every reason at once, each with its path, and is on the record before it is thrown", async () => {
    const profile = await makeNarrowProfile("narrow"),
      owner = await makeTestIdentity(deps),
      other = await makeTestIdentity(deps);
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
    const [entry] = (await house.entriesOf(other)).filter(
      (found) => found.action === "certificate.refused",
    );
    expect(entry).toMatchObject({ outcome: "denied", actor: { id: admin.id } });
    const recorded = (entry?.details["findings"] ?? []) as { code: string }[];
    expect(recorded.map((finding) => finding.code)).toEqual(
      refusal.findings.map((finding) => finding.code),
    );
    expect(await count("certificate where identity_id = $1", other)).toBe(0);
  });

  it.each([
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
    const identity = await makeTestIdentity(deps),
      before = await count("tlog.inbox");
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
    expect(refusal.details["entryId"]).toMatch(/^ent_/);
    expect(await count("tlog.inbox")).toBe(before + 1);
    expect(await count("certificate where identity_id = $1", identity)).toBe(0);
  });

  it("keeps to the key algorithms of the profile", async () => {
    const identity = await makeTestIdentity(deps);
    expect(
      (
        await issueCertificate(deps, admin, {
          profile: "device",
          identity,
          csr: await makeCsr(["x.example.com"], makeTestKey("ed25519")),
        })
      ).keyAlgorithm,
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

  it("does not take the key for an identity that was refused", async () => {
    const key = makeTestKey("ecdsa-p256"),
      identity = await makeTestIdentity(deps),
      next = await makeTestIdentity(deps),
      csr = await makeCsr(["z.example.com"], key);
    await refusalOf(issueCertificate(deps, admin, { profile: "nothing", identity, csr }));
    expect(
      (await issueCertificate(deps, admin, { profile: "tls-server", identity: next, csr })).identity
        .id,
    ).toBe(next);
  });

  it("refuses what a read of a moment ago would have allowed", async () => {
    const identity = await makeTestIdentity(deps),
      profile = await makeNarrowProfile("narrow-2"),
      csr = () => makeCsr(["a.inner.example.com"]);
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

  it("refuses a key that was reported as compromised, for its owner too", async () => {
    const key = makeTestKey("ecdsa-p256"),
      identity = await makeTestIdentity(deps),
      csr = await makeCsr(["k.example.com"], key);
    const { id } = await issueCertificate(deps, admin, { profile: "tls-server", identity, csr });
    await revokeCertificate(deps, admin, id, { reason: "keyCompromise" });
    expect(
      (
        await refusalOf(issueCertificate(deps, admin, { profile: "tls-server", identity, csr }))
      ).findings.map((f) => f.code),
    ).toContain("key.blocked");
  });
});

describe("who may", () => {
  it.each(["auditor", "approver", null] as const)("%s may not issue", async (role) => {
    const identity = await makeTestIdentity(deps);
    expect(
      (
        await refusalOf(
          issueCertificate(deps, testActor({ role }), {
            profile: "tls-server",
            identity,
            csr: await makeCsr(),
          }),
        )
      ).code,
    ).toMatch(/forbidden|unauthenticated/);
  });

  it("shows a service another identity as one that does not exist", async () => {
    const own = await makeTestIdentity(deps),
      other = await makeTestIdentity(deps),
      service = testActor({ role: "service", identityId: own });
    expect(
      (
        await issueCertificate(deps, service, {
          profile: "tls-server",
          identity: own,
          csr: await makeCsr(),
        })
      ).identity.id,
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

describe("under concurrency", () => {
  it("50 requests for one key by two identities leave one owner", async () => {
    const key = makeTestKey("ecdsa-p256"),
      csr = await makeCsr(["one.example.com"], key),
      pair = [await makeTestIdentity(deps), await makeTestIdentity(deps)];
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) =>
        issueCertificate(deps, admin, {
          profile: "tls-server",
          identity: pair[index % 2] ?? "",
          csr,
        }),
      ),
    );
    const issued = outcomes.flatMap((outcome) =>
      outcome.status === "fulfilled" ? [outcome.value.identity.id] : [],
    );
    const refused = outcomes.flatMap((outcome) =>
      outcome.status === "rejected"
        ? [(outcome.reason as AppError).findings.map((finding) => finding.code)]
        : [],
    );
    expect(new Set(issued).size).toBe(1);
    expect([issued.length, refused.length]).toEqual([25, 25]);
    expect(refused.every((codes) => codes.join() === "key.other-identity")).toBe(true);
    const [owner] = await house.asSuper(
      "select count(*)::int as n, min(identity_id) as id from public_key where spki_sha256 = sha256($1)",
      [Buffer.from(key.spkiDer)],
    );
    expect(owner).toEqual({ n: 1, id: issued[0] });
  });

  it("one serial is one certificate", async () => {
    const identity = await makeTestIdentity(deps),
      fixed = deps.random.bytes(16);
    const stuck: Deps = {
      ...deps,
      random: { bytes: (n) => (n === 16 ? fixed : deps.random.bytes(n)) },
    };
    const outcomes = await Promise.allSettled(
      (await manyCsrs(10)).map((csr) =>
        issueCertificate(stuck, admin, { profile: "tls-server", identity, csr }),
      ),
    );
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
    expect(await count("certificate where identity_id = $1", identity)).toBe(1);
  });
});

describe("when something breaks", () => {
  it("leaves no certificate, key or entry if the entry cannot be written", async () => {
    const identity = await makeTestIdentity(deps),
      key = makeTestKey("ecdsa-p256");
    await house.asSuper(
      "create function tlog.break_it() returns trigger language plpgsql as $$ begin raise exception 'disk full'; end $$",
    );
    await house.asSuper(
      "create trigger break_it before insert on tlog.inbox for each row execute function tlog.break_it()",
    );
    const refusal = await refusalOf(
      issueCertificate(deps, admin, {
        profile: "tls-server",
        identity,
        csr: await makeCsr(["x.example.com"], key),
      }),
    );
    await house.asSuper("drop trigger break_it on tlog.inbox");
    expect(refusal).toMatchObject({ code: "record.unavailable", kind: "unavailable" });
    expect(await count("certificate where identity_id = $1", identity)).toBe(0);
    expect(await count("public_key where spki_sha256 = sha256($1)", Buffer.from(key.spkiDer))).toBe(
      0,
    );
  });

  it("fails only the one request of a batch whose entry is refused", async () => {
    const identity = await makeTestIdentity(deps),
      csrs = await manyCsrs(20, "batch");
    await house.asSuper(
      "create function tlog.break_one() returns trigger language plpgsql as $$ begin if convert_from(new.entry, 'UTF8') like '%batch-7.example.com%' then raise exception 'no'; end if; return new; end $$",
    );
    await house.asSuper(
      "create trigger break_one before insert on tlog.inbox for each row execute function tlog.break_one()",
    );
    const outcomes = await Promise.allSettled(
      csrs.map((csr) => issueCertificate(deps, admin, { profile: "tls-server", identity, csr })),
    );
    await house.asSuper("drop trigger break_one on tlog.inbox");
    expect(
      outcomes.flatMap((outcome, index) => (outcome.status === "rejected" ? [index] : [])),
    ).toEqual([7]);
    expect(await count("certificate where identity_id = $1 and state = 'issued'", identity)).toBe(
      19,
    );
  });

  it("closes the plan as failed, with an entry, if the signer does not sign", async () => {
    const identity = await makeTestIdentity(deps);
    signerFails = new AppError("signer.unavailable", "The signer does not answer.", {
      kind: "unavailable",
    });
    const refusal = await refusalOf(
      issueCertificate(deps, admin, { profile: "tls-server", identity, csr: await makeCsr() }),
    );
    signerFails = null;
    expect(refusal).toMatchObject({ code: "signer.unavailable", kind: "unavailable" });
    const [row] = await house.asSuper(
      "select id, state, der from certificate where identity_id = $1",
      [identity],
    );
    expect(row).toMatchObject({ state: "failed", der: null });
    expect(
      (await house.entriesOf(String(row?.["id"]))).map((entry) => [entry.action, entry.outcome]),
    ).toEqual([
      ["certificate.planned", "success"],
      ["certificate.failed", "failure"],
    ]);
  });
});

describe("a preview", () => {
  it("shows what would be signed and stores nothing but that it was looked at", async () => {
    const identity = await makeTestIdentity(deps),
      before = await count("certificate");
    const preview = await previewCertificate(deps, admin, {
      profile: "tls-server",
      identity,
      csr: await makeCsr(),
    });
    expect(preview.findings).toEqual([]);
    expect(preview.plan?.extensions.map((extension) => extension.name)).toContain(
      "Subject alternative names",
    );
    expect(await count("certificate")).toBe(before);
    expect((await house.entriesOf(identity)).at(-1)?.action).toBe("certificate.read");
  });

  it("finds what issuing would find, the key's owner too, and without an identity all the rest", async () => {
    const key = makeTestKey("ecdsa-p256"),
      owner = await makeTestIdentity(deps),
      other = await makeTestIdentity(deps),
      csr = await makeCsr(["p.example.com"], key);
    await issueCertificate(deps, admin, { profile: "tls-server", identity: owner, csr });
    expect(
      (
        await previewCertificate(deps, admin, { profile: "tls-server", identity: other, csr })
      ).findings.map((finding) => finding.code),
    ).toEqual(["key.other-identity"]);
    const without = await previewCertificate(deps, admin, {
      profile: "tls-server",
      identity: "",
      csr,
    });
    expect(without.findings.map((finding) => finding.code)).toEqual(["identity.required"]);
    expect(without.plan).not.toBeNull();
  });
});
