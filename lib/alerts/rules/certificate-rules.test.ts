import { describe, expect, test } from "vitest";
import type { EntryRule, EntryFacts } from "@/lib/alerts/types";
import {
  certificate,
  day,
  facts,
  hour,
  begin,
  minute,
  opened,
  refusedFor,
  service,
  stranger,
} from "@/testing/alerts/facts";
import { expiredUsed } from "./expired-used";
import { forgedCertificate } from "./forged-certificate";
import { notYetValidUsed } from "./not-yet-valid-used";
import { outsideNetworks } from "./outside-networks";
import { revokedUsed } from "./revoked-used";
import { suspendedIdentity } from "./suspended-identity";

const revoked = (over: Parameters<typeof certificate>[0] = {}): EntryFacts =>
  refusedFor("certificate.revoked", {
    certificate: certificate({ revokedAt: begin - hour, reason: "keyCompromise", ...over }),
  });

describe("a certificate that no longer counts and is used", () => {
  test.each<[string, EntryRule, EntryFacts, string, string]>([
    ["revoked for its key", revokedUsed, revoked(), "critical", "certificate"],
    [
      "superseded, without a successor",
      revokedUsed,
      revoked({ reason: "superseded", revokedAt: begin - minute }),
      "critical",
      "certificate",
    ],
    [
      "superseded long ago",
      revokedUsed,
      revoked({ reason: "superseded", successor: true }),
      "high",
      "certificate",
    ],
    [
      "on hold",
      revokedUsed,
      refusedFor("certificate.on-hold", { certificate: certificate({ revokedAt: begin - hour }) }),
      "high",
      "certificate",
    ],
    [
      "expired since two days",
      expiredUsed,
      refusedFor("certificate.expired", {
        certificate: certificate({ notAfter: begin - 2 * day }),
      }),
      "medium",
      "certificate",
    ],
    [
      "expired since an hour, as after a missed rotation",
      expiredUsed,
      refusedFor("certificate.expired", { certificate: certificate({ notAfter: begin - hour }) }),
      "low",
      "certificate",
    ],
    [
      "not yet valid",
      notYetValidUsed,
      refusedFor("certificate.not-yet-valid", {
        certificate: certificate({ notBefore: begin + hour }),
      }),
      "medium",
      "certificate",
    ],
    [
      "of a suspended identity",
      suspendedIdentity,
      refusedFor("identity.suspended"),
      "high",
      "identity",
    ],
    [
      "outside its networks",
      outsideNetworks,
      refusedFor("certificate.network", {
        identity: service({ networks: ["10.0.0.0/8"] }),
        ip: "198.51.100.7",
      }),
      "high",
      "identity",
    ],
    [
      "from a foreign issuer",
      forgedCertificate,
      stranger("certificate.unknown-issuer"),
      "medium",
      "network",
    ],
    [
      "with a forged signature",
      forgedCertificate,
      stranger("certificate.forged"),
      "high",
      "network",
    ],
    [
      "signed with our key and never issued",
      forgedCertificate,
      stranger("certificate.not-issued"),
      "critical",
      "fingerprint",
    ],
  ])("%s: is found at once, with its severity and its subject", (_, rule, one, severity, kind) => {
    const [found] = opened(rule, [one]);
    expect(found).toMatchObject({ severity, subject: { kind } });
    for (const said of [found?.summary, found?.surprise, found?.baseline])
      expect(said).toMatch(/^[A-Z0-9a-z].*\.$/);
  });

  test.each<[string, EntryRule, EntryFacts]>([
    [
      "superseded a minute ago by a rotation whose successor is there",
      revokedUsed,
      revoked({ reason: "superseded", successor: true, revokedAt: begin - minute }),
    ],
    [
      "ahead of its time by less than clocks differ",
      notYetValidUsed,
      refusedFor("certificate.not-yet-valid", {
        certificate: certificate({ notBefore: begin + 2 * minute }),
      }),
    ],
    ["refused by a policy", revokedUsed, refusedFor("policy.denied", { isAuthenticated: true })],
    ["refused for its usage", expiredUsed, refusedFor("certificate.usage")],
    ["accepted", suspendedIdentity, facts()],
    ["missing", forgedCertificate, stranger("certificate.missing", { fingerprint: null })],
    ["unreadable", forgedCertificate, stranger("certificate.unreadable", { fingerprint: null })],
    [
      "accepted inside its networks",
      outsideNetworks,
      facts({ identity: service({ networks: ["10.0.0.0/8"] }) }),
    ],
  ])("%s: is not this rule's business", (_, rule, one) => {
    expect(opened(rule, [one])).toEqual([]);
  });

  test("twenty uses of an expired one within ten minutes raise its severity, nineteen do not, and neither do twenty in an hour", () => {
    const old = (n: number, apart: number) =>
      Array.from({ length: n }, (_none, i) =>
        refusedFor("certificate.expired", {
          at: begin + i * apart,
          certificate: certificate({ notAfter: begin - 2 * day }),
        }),
      );
    expect(opened(expiredUsed, old(20, 10_000)).at(-1)?.severity).toBe("high");
    expect(
      opened(expiredUsed, old(19, 10_000)).every(({ severity }) => severity === "medium"),
    ).toBe(true);
    expect(
      opened(expiredUsed, old(20, 3 * minute)).every(({ severity }) => severity === "medium"),
    ).toBe(true);
  });

  test("a thousand different forged certificates from one network are about one subject", () => {
    const found = Array.from({ length: 1_000 }, (_none, n) =>
      stranger("certificate.forged", { fingerprint: String(n), ip: `203.0.113.${n % 250}` }),
    ).flatMap((one) => opened(forgedCertificate, [one]));
    expect(new Set(found.map(({ subject }) => subject.id))).toEqual(new Set(["203.0.113.0/24"]));
  });

  test("what a forged certificate says of itself cannot fill the alert", () => {
    const [found] = opened(forgedCertificate, [
      stranger("certificate.forged", {
        details: { presented: { subject: "x".repeat(50_000), issuer: 7 } },
      }),
    ]);
    expect(found?.summary.length).toBeLessThan(500);
  });
});
