import { indexAll } from "@/lib/log/segments/indexer";
import { X509Certificate } from "node:crypto";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { listAuthorities } from "@/lib/authorities/read-authorities";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { issueInternalCertificate } from "@/lib/issuing/issue-internal-certificate";
import { getOverview } from "@/lib/overview/get-overview";
import { listProfiles } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa, createTestIdentity, setupRequest } from "@/testing/ca/create-test-ca";
import { makeCsr, refusalOf } from "@/testing/ca/requests";
import { openHarness, type Harness } from "@/testing/harness";
import { makeTestKey } from "@/testing/pki/authorities";
import { completeSetup } from "./complete-setup";
import { isSetUp } from "./is-set-up";

let harness: Harness;
const admin = adminActor();
const stranger = adminActor({ kind: "anonymous", id: null, label: "setup link", role: null });
// The first database of a run takes the time to start a server.
beforeAll(async () => {
  await (await openHarness({ sequencer: false })).close();
});
afterEach(async () => {
  await harness.close();
});

describe("the first run", () => {
  test("creates a hierarchy, profiles, an administrator and an organization, all recorded with the actor", async () => {
    harness = await openHarness({ sequencer: false });
    const { deps } = harness;
    expect(await isSetUp(deps)).toBe(false);
    const result = await completeSetup(deps, stranger, {
      ...setupRequest,
      root: { keyAlgorithm: "ecdsa-p384", name: "Top" },
      domains: ["Example.com", "example.org"],
    });
    expect(await isSetUp(deps)).toBe(true);
    const [root, issuing] = result.result.authorities;
    expect([root?.slug, root?.name, root?.keyAlgorithm, issuing?.slug, issuing?.name]).toEqual([
      "root",
      "Top",
      "ecdsa-p384",
      "issuing",
      "Example Issuing CA",
    ]);
    expect(
      result.result.authorities.every(
        (authority) => authority.status === "active" && authority.crl !== null,
      ),
    ).toBe(true);
    const top = new X509Certificate(root?.certificatePem ?? "");
    const below = new X509Certificate(issuing?.certificatePem ?? "");
    expect([top.verify(top.publicKey), below.verify(top.publicKey), below.ca]).toEqual([
      true,
      true,
      true,
    ]);
    const { items } = await listProfiles(deps, admin);
    expect(items.filter((profile) => !profile.system).map((profile) => profile.slug)).toEqual([
      "tls-server",
      "tls-client-service",
      "tls-client-person",
      "device",
      "short-lived",
    ]);
    expect(items.find((profile) => profile.slug === "tls-server")?.rules.san.dnsPatterns).toEqual([
      "example.com",
      "**.example.com",
      "example.org",
      "**.example.org",
    ]);
    const [organization] = await harness.asSuper("select id from organization");
    const entries = await harness.entriesOf(String(organization?.["id"]));
    expect(entries.map((entry) => [entry.action, entry.actor.kind])).toEqual([
      ["organization.created", "anonymous"],
      ["setup.completed", "anonymous"],
    ]);
  });

  test("happens once", async () => {
    harness = await createTestCa();
    expect(await refusalOf(completeSetup(harness.deps, stranger, setupRequest))).toMatchObject({
      code: "setup.done",
      kind: "conflict",
    });
  });

  test("asked for twice at the same moment still happens once", async () => {
    harness = await openHarness({ sequencer: false });
    const outcomes = await Promise.allSettled([
      completeSetup(harness.deps, stranger, setupRequest),
      completeSetup(harness.deps, stranger, setupRequest),
    ]);
    expect(outcomes.map((outcome) => outcome.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect((await listAuthorities(harness.deps, admin)).items).toHaveLength(2);
  });

  test("is continued after it broke off at any signature", async () => {
    let left = 0;
    harness = await openHarness({
      sequencer: false,
      signer: (own) => ({
        ...own,
        createKey: (algorithm) =>
          left-- > 0 ? own.createKey(algorithm) : Promise.reject(new Error("gone")),
        signCertificate: (id) =>
          left-- > 0 ? own.signCertificate(id) : Promise.reject(new Error("gone")),
        signCrl: (input) => (left-- > 0 ? own.signCrl(input) : Promise.reject(new Error("gone"))),
      }),
    });
    let failures = 0;
    for (let done = false; !done && failures < 20;) {
      left = 1;
      done = await completeSetup(harness.deps, stranger, setupRequest).then(
        () => true,
        () => {
          failures++;
          return false;
        },
      );
    }
    left = 1000;
    expect(failures).toBeGreaterThan(3);
    const { items } = await listAuthorities(harness.deps, admin);
    expect(items.map((authority) => [authority.slug, authority.status])).toEqual([
      ["root", "active"],
      ["issuing", "active"],
    ]);
    expect((await harness.asSuper("select count(*)::int as n from account"))[0]?.["n"]).toBe(1);
  });

  test.each([
    ["a short password", { adminPassword: "short" }],
    ["no email address", { adminEmail: "admin" }],
    ["no organization", { organization: " " }],
    [
      "an issuing authority that outlives its root",
      { root: { validityYears: 5 }, issuing: { validityYears: 6 } },
    ],
  ])("refuses %s before anything is made", async (_name, wrong) => {
    harness = await openHarness({ sequencer: false });
    await expect(
      completeSetup(harness.deps, stranger, { ...setupRequest, ...wrong }),
    ).rejects.toThrow(/./);
    expect((await harness.asSuper("select count(*)::int as n from profile"))[0]?.["n"]).toBe(0);
  });
});

describe("Chancery's own certificates", () => {
  test("are planned, recorded and short-lived", async () => {
    harness = await createTestCa();
    const { deps } = harness;
    const authorityId = (await listAuthorities(deps, admin)).items[1]?.id ?? "";
    const responder = await issueInternalCertificate(deps, {
      authorityId,
      spkiDer: makeTestKey("ecdsa-p256").spkiDer,
      purpose: "ocsp-responder",
    });
    const tls = await issueInternalCertificate(deps, {
      authorityId,
      spkiDer: makeTestKey("ecdsa-p256").spkiDer,
      purpose: "console-tls",
      dnsNames: ["localhost", "ca.example.com"],
      ips: ["127.0.0.1", "::1"],
    });
    expect(new X509Certificate(Buffer.from(tls.der)).subjectAltName).toBe(
      "DNS:localhost, DNS:ca.example.com, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1",
    );
    expect(new X509Certificate(Buffer.from(responder.der)).keyUsage).toEqual(["1.3.6.1.5.5.7.3.9"]);
    const days = (certificate: { notAfter: Date }) =>
      Math.round((certificate.notAfter.getTime() - deps.clock.now().getTime()) / 86_400_000);
    expect([days(responder), days(tls)]).toEqual([7, 30]);
    expect(
      (await harness.entriesOf(responder.id)).map((entry) => [entry.action, entry.actor.id]),
    ).toEqual([
      ["certificate.planned", "ocsp-responder"],
      ["certificate.issued", "ocsp-responder"],
    ]);
  });

  test("wait for an authority, and are refused from one that does not exist", async () => {
    harness = await openHarness({ sequencer: false });
    const refusal = await refusalOf(
      issueInternalCertificate(harness.deps, {
        authorityId: "ca_nothing",
        spkiDer: makeTestKey("ecdsa-p256").spkiDer,
        purpose: "console-tls",
        dnsNames: ["localhost"],
      }),
    );
    expect(refusal).toMatchObject({ code: "authority.not-ready", kind: "unavailable" });
  });
});

describe("the overview", () => {
  test("counts certificates, warns of those that expire, and lists the recent actions", async () => {
    harness = await createTestCa();
    const { deps } = harness;
    const identity = await createTestIdentity(deps);
    const csr = await makeCsr(["pay.example.com"]);
    await issueCertificate(deps, admin, { profile: "tls-server", identity, csr });
    await refusalOf(
      issueCertificate(deps, admin, { profile: "tls-server", identity, csr: "rubbish" }),
    );
    const look = async (d: Deps = deps, role: "admin" | "operator" = "admin") => {
      await d.db.pool.query("select tlog.sequence_batch(100000)");
      await indexAll(d.db);
      return getOverview(d, adminActor({ role }));
    };
    const now = await look();
    // Without Chancery's own, whose issuing is among the actions.
    expect(now.counts).toEqual({
      valid: 1,
      expired: 0,
      held: 0,
      revoked: 0,
      pending: 0,
      failed: 0,
    });
    expect(now.days).toHaveLength(30);
    expect(now.days.at(-1)).toMatchObject({ issued: 3, refused: 1, revoked: 0 });
    expect(now.latest.slice(0, 2).map((act) => act.action)).toEqual([
      "certificate.refused",
      "certificate.issued",
    ]);
    expect(now.latest.map((act) => act.action)).not.toContain("certificate.planned");
    expect(now.expiringCount).toBe(0);
    expect(
      (await look(deps, "operator")).latest.every((act) => act.action.startsWith("certificate.")),
    ).toBe(true);
    harness.advance(75 * 86_400_000);
    expect(await look()).toMatchObject({
      expiringCount: 1,
      expiring: [{ commonName: "pay.example.com" }],
    });
  });
});
