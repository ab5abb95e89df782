import { describe, expect, test } from "vitest";
import type { ActiveHour, EntryFacts } from "@/lib/alerts/types";
import {
  begin,
  day,
  facts,
  hour,
  minute,
  opened,
  refusedFor,
  service,
  stranger,
} from "@/testing/alerts/facts";
import { issuingSpike } from "./issuing-spike";
import { offHours } from "./off-hours";
import { refusalBurst } from "./refusal-burst";
import { signInLockout } from "./sign-in-lockout";
import { revocationsLost } from "@/lib/alerts/rules/integrity/revocations-lost";
import { sourceGap } from "@/lib/alerts/rules/integrity/source-gap";
import { verificationFailed } from "./verification-failed";

const repeat = (
  n: number,
  apart: number,
  make: (at: number, i: number) => EntryFacts,
): EntryFacts[] => Array.from({ length: n }, (_none, i) => make(begin + i * apart, i));

describe("a burst of refusals", () => {
  test("ten within five minutes of one identity are found", () => {
    expect(
      opened(
        refusalBurst,
        repeat(10, 20_000, (at) =>
          refusedFor("policy.denied", { at, status: 403, isAuthenticated: true }),
        ),
      )[0],
    ).toMatchObject({ severity: "medium", subject: { kind: "identity" } });
  });
  test("of one network, wrong passwords and foreign certificates alike", () => {
    expect(
      opened(
        refusalBurst,
        repeat(10, 20_000, (at, i) =>
          stranger("session.refused", {
            at,
            action: "session.refused",
            fingerprint: null,
            ip: `203.0.113.${i}`,
          }),
        ),
      )[0],
    ).toMatchObject({ subject: { kind: "network", id: "203.0.113.0/24" } });
    expect(
      opened(
        refusalBurst,
        repeat(10, 20_000, (at) => stranger("certificate.forged", { at })),
      ),
    ).toHaveLength(1);
  });
  test.each<[string, EntryFacts[]]>([
    ["nine", repeat(9, 1_000, (at) => refusedFor("policy.denied", { at, status: 403 }))],
    [
      "ten in an hour",
      repeat(10, 6 * minute, (at) => refusedFor("policy.denied", { at, status: 403 })),
    ],
    [
      "ten of ten identities behind one address",
      repeat(10, 1_000, (at, i) =>
        refusedFor("policy.denied", { at, status: 403, identity: service({ id: `idn_${i}` }) }),
      ),
    ],
    [
      "a health check without a certificate every second",
      repeat(599, 1_000, (at) => stranger("certificate.missing", { at, fingerprint: null })),
    ],
    [
      "a browser tab that was signed out",
      repeat(200, 1_500, (at) =>
        stranger("unauthenticated", { at, fingerprint: null, action: "request.refused" }),
      ),
    ],
    [
      "a form that was filled in wrongly",
      repeat(30, 1_000, (at) =>
        refusedFor("input.invalid", { at, action: "request.refused", status: 422 }),
      ),
    ],
    [
      "decisions that came too late, as in our own outage",
      repeat(100, 1_000, (at) =>
        refusedFor("authorize.late", { at, status: 503, isAuthenticated: true }),
      ),
    ],
    ["requests that were allowed", repeat(100, 1_000, (at) => facts({ at }))],
  ])("%s: not one", (_, all) => {
    expect(opened(refusalBurst, all)).toEqual([]);
  });
});

describe("an issuing spike", () => {
  const planned = facts({
    action: "certificate.planned",
    service: "chancery",
    identity: null,
    certificate: null,
    actor: { kind: "token", id: "tok_1", label: "ci" },
    at: begin + 28 * day,
  });
  const now = Math.floor(planned.at / hour) * hour;
  const past = (perHour: number, days = 28, extra: readonly (readonly [number, number])[] = []) =>
    new Map([
      ...Array.from({ length: days * 24 }, (_none, i): [number, number] => [
        now - (i + 1) * hour,
        perHour,
      ]),
      ...extra,
    ]);
  const withNow = (map: Map<number, number>, n: number) => ({
    issuedPerHour: new Map([...map, [now, n]]),
  });

  test("far above the usual of the hour is found", () => {
    expect(opened(issuingSpike, [planned], withNow(past(5), 51))[0]).toMatchObject({
      severity: "high",
      subject: { kind: "token", id: "tok_1" },
    });
    expect(opened(issuingSpike, [planned], withNow(past(100), 401))).toHaveLength(1);
  });
  test.each<[string, Map<number, number>, number]>([
    ["below the floor", past(0), 50],
    ["four times the usual", past(100), 400],
    ["as high as half above the highest hour", past(5, 28, [[now - 7 * day, 400]]), 600],
    ["five hundred on the first day", new Map(), 500],
    ["a requester of two days", past(20, 2), 400],
  ])("%s: not one", (_, map, n) => {
    expect(opened(issuingSpike, [planned], withNow(map, n))).toEqual([]);
  });
  test("who has just begun is found at ten times the floor", () => {
    expect(opened(issuingSpike, [planned], withNow(new Map(), 501))).toHaveLength(1);
  });
});

describe("off hours", () => {
  const iso = (at: number) => new Date(at).toISOString().slice(0, 10);
  const office: ActiveHour[] = Array.from({ length: 9 }, (_none, i) => ({
    hourOfDay: 8 + i,
    days: 15,
    firstDay: iso(begin - 30 * day),
    lastDay: iso(begin - day),
  }));
  const night = (over: Partial<EntryFacts> = {}): EntryFacts =>
    facts({ at: begin - 6 * hour, identity: service({ kind: "person" }), ...over });

  test("three in the morning is found for a person with a certificate, and for an account", () => {
    expect(opened(offHours, [night()], { activeHours: office })[0]).toMatchObject({
      severity: "low",
      subject: { kind: "identity" },
      baseline: expect.stringContaining("08:00") as string,
    });
    expect(
      opened(
        offHours,
        [
          night({
            identity: null,
            certificate: null,
            actor: { kind: "user", id: "usr_1", label: "operator@example.com" },
          }),
        ],
        { activeHours: office },
      )[0],
    ).toMatchObject({ subject: { kind: "account", id: "usr_1" } });
  });
  test.each<[string, EntryFacts, ActiveHour[]]>([
    ["two hours before the usual", night({ at: begin - 3 * hour }), office],
    ["inside the usual", night({ at: begin }), office],
    ["a new user", night(), office.map((one) => ({ ...one, firstDay: iso(begin - 5 * day) }))],
    [
      "a user who was seen for a few hours only",
      night(),
      office.map((one) => ({ ...one, days: 2 })),
    ],
    [
      "a user who works at night",
      night(),
      [
        ...office,
        { hourOfDay: 3, days: 9, firstDay: iso(begin - 20 * day), lastDay: iso(begin - day) },
      ],
    ],
    ["a service", night({ identity: service() }), []],
    ["a certificate that did not count", night({ isAuthenticated: false }), office],
  ])("%s: not found", (_, one, hours) => {
    expect(opened(offHours, [one], { activeHours: hours })).toEqual([]);
  });
  test("around midnight hours are near each other", () => {
    const late = office.map((one, i) => ({ ...one, hourOfDay: (15 + i) % 24 }));
    expect(
      opened(offHours, [night({ at: Date.UTC(2026, 8, 2, 1) })], { activeHours: late }),
    ).toEqual([]);
  });
});

describe("what watches Chancery itself", () => {
  const own = (over: Partial<EntryFacts>): EntryFacts =>
    facts({
      identity: null,
      certificate: null,
      service: null,
      actor: { kind: "system", id: "log", label: "log" },
      ...over,
    });

  test("a revocation that the database had lost opens one alert for all of them, and any other none", () => {
    const revoked = (id: string, details: Record<string, unknown>) =>
      own({
        action: "certificate.revoked",
        target: { kind: "certificate", id, label: id },
        details: { revokedAt: "2026-11-29T01:02:03.000Z", ...details },
      });
    const lost = [revoked("crt_1", { remembered: true }), revoked("crt_2", { remembered: true })];
    const [alert, ...others] = opened(revocationsLost, lost);
    expect(alert).toMatchObject({ severity: "high", subject: { id: "log" } });
    expect(others.every(({ subject }) => subject.id === "log")).toBe(true);
    expect(
      opened(revocationsLost, [revoked("crt_3", {}), revoked("crt_4", { remembered: "true" })]),
    ).toEqual([]);
  });

  test("a verification that found something, and a log that was halted, are critical; one that found nothing is none", () => {
    expect(
      opened(verificationFailed, [
        own({ action: "verification.finished", details: { problems: ["entry 7 differs"] } }),
      ])[0],
    ).toMatchObject({ severity: "critical", subject: { id: "log" } });
    expect(
      opened(verificationFailed, [
        own({ action: "log.halted", details: { rememberedSize: 9, foundSize: 7 } }),
      ]),
    ).toHaveLength(1);
    expect(
      opened(verificationFailed, [
        own({ action: "verification.finished", details: { problems: [] } }),
        own({ action: "verification.requested", details: { by: "schedule" } }),
      ]),
    ).toEqual([]);
  });
  test("a gap is found with its numbers; a heartbeat is none", () => {
    const target = { kind: "source", id: "edge-1/gateway", label: "edge-1/gateway" };
    expect(
      opened(sourceGap, [
        own({ action: "source.gap", target, details: { missing: "17-19", count: 3 } }),
      ])[0],
    ).toMatchObject({
      severity: "high",
      summary: "3 entries of edge-1/gateway never reached the log: 17-19.",
    });
    expect(
      opened(sourceGap, [
        own({ action: "source.heartbeat", target, details: { voided: "17-19" } }),
      ]),
    ).toEqual([]);
  });
  test("a service that makes up sources is one subject, however many it makes up", () => {
    const identity = `idn_${"0".repeat(26)}`;
    const gaps = ["main", "a", "b"].map((name) =>
      own({
        action: "source.gap",
        target: { kind: "source", id: `${identity}/${name}`, label: `${identity}/${name}` },
        details: { missing: "1", count: 1 },
      }),
    );
    expect(
      new Set(opened(sourceGap, gaps).map(({ subject }) => `${subject.kind} ${subject.id}`)),
    ).toEqual(new Set([`identity ${identity}`]));
  });
  test("a lock is medium, the third from one network within an hour high and about the network; wrong passwords alone are none", () => {
    const lock = (at: number, id: string) =>
      stranger("locked", {
        at,
        action: "account.locked",
        target: { kind: "account", id, label: `${id}@example.com` },
        details: { failures: 5, until: new Date(at + hour).toISOString() },
      });
    const found = opened(signInLockout, [
      lock(begin, "usr_1"),
      lock(begin + minute, "usr_2"),
      lock(begin + 2 * minute, "usr_3"),
    ]);
    expect(found.map(({ severity, subject }) => [severity, subject.kind])).toEqual([
      ["medium", "account"],
      ["medium", "account"],
      ["high", "network"],
    ]);
    expect(
      opened(signInLockout, [stranger("wrong password", { action: "session.refused" })]),
    ).toEqual([]);
  });
  test("a lock for all networks that an account never signed in from is high at once, and about the account", () => {
    const [alert] = opened(signInLockout, [
      stranger("locked", {
        at: begin,
        action: "account.locked",
        target: { kind: "account", id: "usr_1", label: "admin@example.com" },
        details: {
          failures: 20,
          until: new Date(begin + hour).toISOString(),
          from: "unknown networks",
        },
      }),
    ]);
    expect(alert).toMatchObject({ severity: "high", subject: { kind: "account", id: "usr_1" } });
    expect(alert?.summary).toContain("unknown networks");
  });
});
