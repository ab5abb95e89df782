import { describe, expect, test } from "vitest";
import { type Describable, describeEntry } from "./describe-entry";

const entry = (over: Partial<Describable>): Describable => ({
  action: "certificate.issued",
  outcome: "success",
  reason: null,
  actor: { kind: "user", id: "usr_1", label: "operator@example.com" },
  target: { kind: "certificate", id: "crt_1", label: "pay.example.com" },
  details: { serial: "0a1b" },
  ...over,
});

const counted = (details: Describable["details"]): Partial<Describable> => ({
  action: "request.refused-many",
  outcome: "denied",
  reason: "no credential",
  actor: { kind: "anonymous", id: null, label: "unauthenticated clients" },
  target: null,
  details: {
    count: 2995,
    code: "unauthenticated",
    firstAt: "2026-11-28T09:00:03.120Z",
    lastAt: "2026-11-28T09:00:48.900Z",
    ...details,
  },
});

describe("the sentence of an entry", () => {
  test.each<[Partial<Describable>, string]>([
    [{}, "operator@example.com issued certificate pay.example.com."],
    [
      { actor: { kind: "token", id: "tok_1", label: "ci" } },
      "Token ci issued certificate pay.example.com.",
    ],
    [
      { actor: { kind: "system", id: "crl", label: "crl" } },
      "Chancery (crl) issued certificate pay.example.com.",
    ],
    [
      { action: "certificate.read", details: {} },
      "operator@example.com viewed certificate pay.example.com.",
    ],
    [
      { action: "certificate.read", details: {}, target: null },
      "operator@example.com viewed certificates.",
    ],
    [
      {
        action: "certificate.revoked",
        details: { reason: "superseded", comment: "", raised: false },
      },
      "operator@example.com revoked certificate pay.example.com (superseded).",
    ],
    [
      {
        action: "certificate.revoked",
        details: { reason: "keyCompromise", comment: "found online", raised: true },
      },
      "operator@example.com changed the revocation reason of certificate pay.example.com to key compromise: found online.",
    ],
    [
      {
        action: "session.refused",
        outcome: "denied",
        reason: "wrong password",
        details: { email: "admin@example.com" },
        target: null,
        actor: { kind: "anonymous", id: null, label: "" },
      },
      "An unauthenticated client tried to sign in as admin@example.com. Denied: wrong password.",
    ],
    [
      {
        action: "certificate.refused",
        outcome: "denied",
        reason: "key.rsa-too-short certificate.san-missing",
        target: null,
        details: {
          profile: "tls-server",
          identity: "idn_1",
          subject: null,
          findings: [
            {
              code: "key.rsa-too-short",
              message: "The RSA key has 1024 bits. Make one with more.",
            },
            { code: "certificate.san-missing", message: "It has no name." },
          ],
        },
      },
      "operator@example.com requested a certificate with profile tls-server: The RSA key has 1024 bits (and 1 more). Denied.",
    ],
    [
      counted({ network: "203.0.113.0/24", addressCount: 3, moreAddresses: false }),
      "Unauthenticated clients sent 2995 requests from 3 addresses in 203.0.113.0/24 between 09:00:03 and 09:00:48 UTC (unauthenticated). Denied: no credential.",
    ],
    [
      counted({ network: "2001:db8::/48", addressCount: 1, moreAddresses: false }),
      "Unauthenticated clients sent 2995 requests from 1 address in 2001:db8::/48 between 09:00:03 and 09:00:48 UTC (unauthenticated). Denied: no credential.",
    ],
    [
      counted({ network: null, addressCount: 256, moreAddresses: true }),
      "Unauthenticated clients sent 2995 requests from 256 or more addresses in several networks between 09:00:03 and 09:00:48 UTC (unauthenticated). Denied: no credential.",
    ],
    [
      { action: "session.ended", details: { by: "self" }, target: null },
      "operator@example.com signed out.",
    ],
    ...[
      [
        { assignee: { id: "usr_2", label: "second@example.com" }, previous: null },
        "assigned alert One to second@example.com.",
      ],
      [
        {
          assignee: { id: "usr_2", label: "second@example.com" },
          previous: { id: "usr_1", label: "first@example.com" },
        },
        "reassigned alert One from first@example.com to second@example.com.",
      ],
      [
        {
          assignee: { id: "usr_2", label: "second@example.com" },
          previous: { id: "usr_2", label: "second@example.com" },
        },
        "assigned alert One to second@example.com.",
      ],
      [
        { assignee: null, previous: { id: "usr_1", label: "first@example.com" } },
        "unassigned alert One from first@example.com.",
      ],
      [{ assignee: null, previous: null }, "unassigned alert One."],
      // Older entries: a name in one member, an id in the other.
      [{ from: "usr_1", to: "Second" }, "assigned alert One to Second."],
      [{ from: "usr_1", to: null }, "unassigned alert One."],
    ].map(([details, end]): [Partial<Describable>, string] => [
      {
        action: "alert.assigned",
        target: { kind: "alert", id: "alr_1", label: "One" },
        details: details as Describable["details"],
      },
      `operator@example.com ${end as string}`,
    ]),
    [
      { action: "audit.read", details: { filter: "outcome=denied" }, target: null },
      "operator@example.com searched the audit log for outcome=denied.",
    ],
  ])("%j", (over, sentence) => {
    expect(describeEntry(entry(over))).toBe(sentence);
  });

  test.each<[Partial<Describable>, string]>([
    [{ details: {} }, "operator@example.com issued certificate pay.example.com."],
    [
      { action: "certificate.refused", details: { cut: true } },
      "operator@example.com refused certificate pay.example.com.",
    ],
    [{ action: "key.destroyed" as never }, "operator@example.com destroyed key pay.example.com."],
    [{ action: "constructor" as never }, "operator@example.com constructor pay.example.com."],
    [
      { action: "alert.assigned", details: { cut: true } },
      "operator@example.com assigned alert pay.example.com.",
    ],
    [
      { action: "alert.assigned", details: { assignee: {}, previous: null } },
      "operator@example.com assigned alert pay.example.com.",
    ],
    [
      { outcome: "postponed" as never, details: {} },
      "operator@example.com issued certificate pay.example.com. postponed.",
    ],
  ])("never fails on what another version wrote: %j", (over, sentence) => {
    expect(describeEntry(entry(over))).toBe(sentence);
  });
});
