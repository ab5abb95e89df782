import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AuthorityInput } from "@/lib/authorities/schema";
import { getAuthority } from "@/lib/authorities/read-authorities";
import { sha256Hex } from "@/lib/format/hash";
import { createAuthority } from "@/lib/issuing/create-authority";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { reconcilePendingIssuances } from "@/lib/issuing/reconcile-pending-issuances";
import { getProfile } from "@/lib/profiles/read-profiles";
import { profileInput } from "@/lib/profiles/schema";
import { updateProfile } from "@/lib/profiles/update-profile";
import { completeSetup } from "@/lib/setup/complete-setup";
import { makeSigner } from "@/server/signer/make-signer";
import { adminActor } from "@/testing/actors";
import { createTestIdentity, setupRequest } from "@/testing/ca/create-test-ca";
import { confirmAuthorities, createConfirmedAuthority } from "@/testing/ca/host-operator";
import { makeCsr, refusalOf } from "@/testing/ca/requests";
import { type Harness, openHarness, testHostCaller } from "@/testing/harness";

const admin = adminActor();
let harness: Harness;
beforeAll(async () => {
  harness = await openHarness({ sequencer: false });
  await completeSetup(harness.deps, admin, setupRequest);
});
afterAll(async () => {
  await harness.close();
});

const authorityInput = (name: string, over: Partial<AuthorityInput> = {}): AuthorityInput => ({
  name,
  parentId: null,
  keyAlgorithm: "ecdsa-p256",
  validityYears: 5,
  ...over,
});
const addition = { dns: [], uri: [], email: [], ip: [], usages: [], days: null };

/** An administrator, or who has their session, saves a profile that allows any of these names. */
async function allowInProfile(domain: string): Promise<void> {
  const { deps } = harness;
  const profile = await getProfile(deps, admin, "tls-server");
  const input = profileInput.parse({
    slug: profile.slug,
    name: profile.name,
    description: profile.description,
    authority: "issuing",
    rules: {
      ...profile.rules,
      san: { ...profile.rules.san, dnsPatterns: [domain, `**.${domain}`] },
    },
  });
  await updateProfile(deps, admin, profile.id, { ...input, version: profile.version });
}

describe("the ceiling that the setup sets", () => {
  test("covers the organization's domains, private networks and TLS, for both CAs, and says who set it", async () => {
    for (const slug of ["root", "issuing"])
      expect((await getAuthority(harness.deps, admin, slug)).ceiling).toMatchObject({
        dns: ["example.com"],
        usages: ["serverAuth", "clientAuth"],
        maxDays: 825,
        version: 1,
        setBy: "the setup",
      });
  });

  test("holds when an administrator's profile allows more: a finding with the command, and nothing is signed", async () => {
    const { deps } = harness;
    await allowInProfile("evil.net");
    const identity = await createTestIdentity(deps, "evil", ["a.evil.net"]);
    const request = { profile: "tls-server", identity, csr: await makeCsr(["a.evil.net"]) };
    const refusal = await refusalOf(issueCertificate(deps, admin, request));
    expect(refusal).toMatchObject({ code: "certificate.refused" });
    expect(refusal.findings).toMatchObject([
      {
        code: "signer.ceiling",
        message: expect.stringContaining(
          "npx chancery signer allow issuing --dns a.evil.net",
        ) as string,
      },
    ]);
    await deps.signer.allow(testHostCaller, {
      authority: "issuing",
      addition: { ...addition, dns: ["evil.net"] },
    });
    harness.advance(3000);
    expect((await issueCertificate(deps, admin, request)).result.status).toBe("valid");
    await allowInProfile("example.com");
  });

  test("is judged by the signer itself, whatever a taken-over gateway reports", async () => {
    const { deps } = harness;
    await allowInProfile("other.org");
    const identity = await createTestIdentity(deps, "other", ["a.other.org"]);
    // The gateway believes in a ceiling of everything; its own look is no protection.
    const rules = {
      dns: ["*"],
      uri: ["*"],
      email: ["*"],
      ip: ["*"],
      usages: ["*"],
      maxSeconds: 1e9,
    };
    await harness.asSuper("alter view ceiling rename to ceiling_of_signer");
    await harness.asSuper(
      `create view ceiling as select key_id, version, '${JSON.stringify(rules)}'::jsonb as rules, reason, set_by, entry_id, created_at from ceiling_of_signer`,
    );
    await harness.asSuper("grant select on ceiling to chancery_app");
    harness.advance(3000);
    const request = { profile: "tls-server", identity, csr: await makeCsr(["a.other.org"]) };
    const { result, entries } = await harness.newEntries(() =>
      refusalOf(issueCertificate(deps, admin, request)),
    );
    expect(result.code).toBe("signer.ceiling");
    expect(result.message).toMatch(/DNS name a\.other\.org.*npx chancery signer allow/);
    const actions = entries.map(({ action }) => action);
    expect(actions).toContain("certificate.failed");
    // By the signer itself, past the gateway that asked.
    expect(entries.find(({ action }) => action === "signer.refused")).toMatchObject({
      actor: { kind: "system", id: "signer" },
      outcome: "denied",
      details: { code: "signer.ceiling", method: "signCertificate", count: 1 },
    });
    await harness.asSuper("drop view ceiling");
    await harness.asSuper("alter view ceiling_of_signer rename to ceiling");
    await allowInProfile("example.com");
  });
});

describe("with the application's role no one", () => {
  const key = "(select key_id from authority where slug = 'issuing')";
  test.each([
    `insert into signer.ceiling (key_id, version, rules, reason, set_by, entry_id, created_at) values (${key}, 99, '{"dns":["*"]}', 'command', 'me', 'ent_x', now())`,
    `insert into ceiling (key_id, version, rules, reason, set_by, entry_id, created_at) values (${key}, 99, '{"dns":["*"]}', 'command', 'me', 'ent_x', now())`,
    "update ceiling set rules = '{}'",
    "update signer.ceiling set rules = '{}'",
    "delete from signer.ceiling",
    "insert into signer.confirmation (certificate_id, tbs_sha256, decision, decided_by, created_at) values ('crt_x', '\\x', 'confirmed', 'me', now())",
    "delete from signer.confirmation",
    "insert into signer.setup_grant (domains, granted_by, created_at) values ('{evil.net}', 'me', now())",
    "insert into signer.ceiling_due values ('key_x')",
    "create or replace view ceiling as select 1",
  ])("widens a ceiling, confirms a CA or grants a setup: %s", async (sql) => {
    await expect(harness.as("app", sql)).rejects.toMatchObject({ code: "42501" });
  });

  test("moves an authority to another key, whose ceiling is wider", async () => {
    await expect(
      harness.as(
        "app",
        "update authority set key_id = (select key_id from authority where slug = 'root') where slug = 'issuing'",
      ),
    ).rejects.toThrow(/never change|permission denied/);
  });
});

describe("with the signer's socket alone no one", () => {
  test.each(["", "guess", "x".repeat(43), sha256Hex(testHostCaller.token)])(
    "widens a ceiling, or lists and confirms CAs, with the token %j",
    async (token) => {
      const { signer } = harness.deps;
      const caller = { ...testHostCaller, token };
      const attempts = [
        () => signer.allow(caller, { authority: "issuing", addition: { ...addition, dns: ["*"] } }),
        () => signer.listWaiting(caller),
        () =>
          signer.decide(caller, { certificateId: "crt_x", tbsSha256: "00", decision: "confirmed" }),
      ];
      for (const attempt of attempts)
        expect((await refusalOf(attempt())).code).toBe("signer.host-token");
    },
  );

  test("uses a digest that is empty: a signer without tokens accepts none", async () => {
    const signer = makeSigner({
      ...harness.deps,
      db: harness.signerDb,
      kek: harness.kek,
      witnessDir: harness.witnessDir,
    });
    for (const token of ["", "x"])
      expect((await refusalOf(signer.listWaiting({ ...testHostCaller, token }))).code).toBe(
        "signer.host-token",
      );
    expect(
      (
        await refusalOf(
          signer.allow({ ...testHostCaller, token: "" }, { authority: "issuing", addition }),
        )
      ).code,
    ).toBe("signer.host-token");
  });
});

describe("the certificate of a CA", () => {
  test("that an administrator creates waits, is refused by the signer until the host confirms it, and shows the command for that", async () => {
    const { deps } = harness;
    const { result } = await createAuthority(deps, admin, authorityInput("Second Root"));
    expect(result).toMatchObject({
      status: "pending",
      confirmation: { command: "npx chancery confirm" },
      ceiling: null,
    });
    const [waiting] = await deps.signer.listWaiting(testHostCaller);
    expect(waiting).toMatchObject({
      authorityId: result.id,
      subject: "CN=Second Root,O=Example",
      issuer: null,
      pathLength: null,
      hasNameConstraints: false,
    });
    const id = waiting?.certificateId ?? "";
    expect(await refusalOf(deps.signer.signCertificate(id))).toMatchObject({
      code: "signer.unconfirmed",
      message: expect.stringContaining("npx chancery confirm") as string,
    });
    const { entries } = await harness.newEntries(() => confirmAuthorities(deps));
    expect(entries[0]).toMatchObject({
      action: "authority.confirmed",
      actor: { kind: "system", id: "command-line", label: "command line (tester)" },
      origin: { via: ["host test-host"] },
      target: { id: result.id },
      details: { by: "host", certificateId: id },
    });
    expect(await getAuthority(deps, admin, result.id)).toMatchObject({
      status: "active",
      confirmation: null,
      ceiling: { dns: ["example.com"], version: 1 },
    });
  });

  test("below a CA gets that CA's ceiling, and no wider one", async () => {
    const { deps } = harness;
    const { id: parentId } = await getAuthority(deps, admin, "root");
    const dto = await createConfirmedAuthority(deps, authorityInput("Team", { parentId }));
    expect(dto.ceiling).toMatchObject({ dns: ["example.com"], maxDays: 825 });
  });

  test("that was rejected is never signed, its plan is closed, and the CA is no longer pending", async () => {
    const { deps } = harness;
    const { result } = await createAuthority(deps, admin, authorityInput("Rejected Root"));
    const [one] = await deps.signer.listWaiting(testHostCaller);
    const input = { certificateId: one?.certificateId ?? "", tbsSha256: one?.tbsSha256 ?? "" };
    await deps.signer.decide(testHostCaller, { ...input, decision: "rejected" });
    expect((await refusalOf(deps.signer.signCertificate(input.certificateId))).code).toBe(
      "signer.rejected",
    );
    expect(
      (await refusalOf(deps.signer.decide(testHostCaller, { ...input, decision: "confirmed" })))
        .code,
    ).toBe("signer.decided");
    harness.advance(120_000);
    await reconcilePendingIssuances(deps, new Date(deps.clock.now().getTime() - 60_000));
    const [row] = await harness.asSuper("select state from certificate where id = $1", [
      input.certificateId,
    ]);
    expect(row).toEqual({ state: "failed" });
    expect(await getAuthority(deps, admin, result.id)).toMatchObject({
      status: "failed",
      confirmation: null,
    });
  });

  test("is confirmed for exactly the bytes that were shown", async () => {
    const { deps } = harness;
    await createAuthority(deps, admin, authorityInput("Third Root"));
    const [one] = await deps.signer.listWaiting(testHostCaller);
    const certificateId = one?.certificateId ?? "";
    expect(
      (
        await refusalOf(
          deps.signer.decide(testHostCaller, {
            certificateId,
            tbsSha256: "00".repeat(32),
            decision: "confirmed",
          }),
        )
      ).code,
    ).toBe("signer.plan-differs");
    await deps.signer.decide(testHostCaller, {
      certificateId,
      tbsSha256: one?.tbsSha256 ?? "",
      decision: "confirmed",
    });
    // Whoever could change the plan afterwards would still not have it signed.
    await harness.asSuper("alter table certificate disable trigger all");
    await harness.asSuper(
      "update certificate set tbs_der = set_byte(tbs_der, octet_length(tbs_der) - 1, 1) where id = $1",
      [certificateId],
    );
    await expect(deps.signer.signCertificate(certificateId)).rejects.toThrow(/differs|signed/);
    await harness.asSuper("alter table certificate enable trigger all");
  });

  test("of a key that the signer doesn't hold is neither signed nor confirmed", async () => {
    const { deps } = harness;
    await createAuthority(deps, admin, authorityInput("Fourth Root"));
    const one = (await deps.signer.listWaiting(testHostCaller)).find(
      ({ name }) => name === "Fourth Root",
    );
    await harness.asSuper("alter table signer.sealed_key disable trigger all");
    await harness.asSuper(
      "delete from signer.sealed_key where key_id = (select key_id from authority where name = 'Fourth Root')",
    );
    await harness.asSuper("alter table signer.sealed_key enable always trigger no_change");
    await harness.asSuper("alter table signer.sealed_key enable always trigger no_truncate");
    expect(
      (
        await refusalOf(
          deps.signer.decide(testHostCaller, {
            certificateId: one?.certificateId ?? "",
            tbsSha256: one?.tbsSha256 ?? "",
            decision: "confirmed",
          }),
        )
      ).code,
    ).toBe("signer.no-plan");
  });
});
