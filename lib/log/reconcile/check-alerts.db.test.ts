import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { NewEntry } from "@/lib/log/types";
import { makeCheck } from "./check";
import { updateRule } from "@/lib/alerts/update-rule";
import { adminActor, operatorActor } from "@/testing/actors";
import { type AlertHarness, openAlertHarness, type Person } from "@/testing/alerts/alert-harness";
import { allowed, denied, refused } from "@/testing/alerts/requests";
import { makeAlertCheck } from "./check-alerts";

const hour = 3_600_000;
let fixture: AlertHarness;
let person: Person;
beforeAll(async () => {
  fixture = await openAlertHarness();
});
beforeEach(async () => {
  fixture.setTime(fixture.now() + 48 * hour);
  person = await fixture.makeIdentity(`billing-${fixture.now()}`);
});
afterAll(() => fixture.close());

const record = (entry: NewEntry, ip = "198.51.100.9") =>
  fixture.record(fixture.actorOf(person, ip), entry);
const signerRefused: NewEntry = {
  action: "signer.refused",
  outcome: "denied",
  reason: "beyond the ceiling",
  target: null,
  details: { code: "signer.ceiling", method: "signCertificate", count: 1 },
};

/** What the verification says of the last day before the newest entry. */
async function problems(): Promise<string[]> {
  const check = makeCheck();
  const alerts = makeAlertCheck(fixture.log.deps.db, check);
  const entries = await fixture.log.entries();
  entries.forEach((entry, seq) => alerts.add(seq, entry, Date.parse(entry.ts)));
  await alerts.finish();
  return [...check.result().problems];
}

/** Moves the reader's cursor to the end without a rule, as code in the gateway could. */
async function skipToEnd(): Promise<void> {
  await fixture.log.entries();
  const [row] = await fixture.query(
    "select upto::int, size::int from custody.cursor c, tlog.head h where c.name = 'alerts'",
  );
  const { upto: from, size: to } = row as { upto: number; size: number };
  const changes = { from, to, at: new Date(fixture.now()).toISOString() };
  const none = { uses: [], tallies: [], issued: [], hours: [], moments: [], more: [] };
  await fixture.query("select custody.take_batch($1::jsonb)", [
    JSON.stringify({ ...changes, ...none }),
  ]);
}

const mustAlert: readonly (readonly [string, NewEntry, string])[] = [
  ["a forged certificate", refused("certificate.forged"), "forged-certificate"],
  ["a certificate that no plan explains", refused("certificate.not-issued"), "forged-certificate"],
  ["a certificate of an unknown CA", denied("certificate.unknown-issuer"), "forged-certificate"],
  ["a certificate on hold", denied("certificate.on-hold"), "revoked-used"],
  ["a revoked certificate", denied("certificate.revoked"), "revoked-used"],
  ["a refusal of the signer", signerRefused, "signer-refused"],
];

describe("entries that the rules read", () => {
  test("are covered by their alerts, those that continue one as well", async () => {
    for (const [, entry] of mustAlert) await record(entry);
    await fixture.watch();
    for (const [, entry] of mustAlert) await record(entry);
    await record(allowed());
    await fixture.watch();
    expect(await problems()).toEqual([]);
  });
  test("and that they have not reached yet are no problem", async () => {
    await fixture.watch();
    for (const [, entry] of mustAlert) await record(entry);
    expect(await problems()).toEqual([]);
    await fixture.watch();
  });
  test("that depend on what is usual are not evaluated again", async () => {
    await record(allowed());
    await record(denied("policy.denied"));
    await skipToEnd();
    expect(await problems()).toEqual([]);
  });
});

describe("a cursor that was moved past an entry", () => {
  test.each(mustAlert)(
    "with %s is named with the entry and the rule",
    async (_what, entry, rule) => {
      await record(entry, "203.0.113.77");
      const seq = (await fixture.log.entries()).length - 1;
      await skipToEnd();
      expect(await problems()).toEqual([
        `The alert rules have passed entry ${seq}, but no alert of the rule ${rule} covers it.`,
      ]);
      fixture.setTime(fixture.now() + 25 * hour);
    },
  );
  test("is named although an alert of the same rule about someone else is open", async () => {
    await record(denied("certificate.on-hold"));
    // The reader's own memory is behind the cursor that the tests before moved.
    await fixture.watch().catch(() => fixture.watch());
    person = await fixture.makeIdentity("another");
    await record(denied("certificate.on-hold"));
    await skipToEnd();
    expect(await problems()).toHaveLength(1);
  });
  test("is no problem of a rule that is off, or with an exception, or changed meanwhile", async () => {
    await record(signerRefused);
    await skipToEnd();
    const change = (sql: string) => fixture.log.asSuper(sql);
    expect(await problems()).toHaveLength(1);
    await change("alter table rule_setting disable trigger user");
    const at = new Date(fixture.now()).toISOString();
    const old = new Date(fixture.now() - 72 * hour).toISOString();
    const setting = (enabled: boolean, when: string) =>
      change(
        `insert into rule_setting (id, enabled, "values", changed_at) values ('signer-refused', ${enabled}, '{}', '${when}') on conflict (id) do update set enabled = excluded.enabled, changed_at = excluded.changed_at`,
      );
    await setting(false, old);
    expect(await problems()).toEqual([]);
    // A time of change that no entry explains is no excuse.
    await setting(true, at);
    expect(await problems()).toHaveLength(1);
    const update = (enabled: boolean) =>
      updateRule(fixture.log.deps, adminActor(), "signer-refused", { enabled });
    await update(true);
    expect(await problems()).toHaveLength(1);
    await update(false);
    await update(true);
    expect(await problems()).toEqual([]);
  });
  test("more than a day ago is not looked at", async () => {
    await record(signerRefused);
    await skipToEnd();
    fixture.setTime(fixture.now() + 25 * hour);
    await fixture.record(operatorActor(), allowed());
    expect(await problems()).toEqual([]);
  });
});
