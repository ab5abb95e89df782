import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resolveAlert } from "./answer-alert";
import { createException, endException } from "./manage-exceptions";
import { updateRule } from "./update-rule";
import { operatorActor } from "@/testing/actors";
import { allowed } from "@/testing/alerts/requests";
import { openAlertHarness, type AlertHarness } from "@/testing/alerts/alert-harness";
import { makeChecks, type Checks } from "./run-checks";

const day = 86_400_000;
const minute = 60_000;
const admin = operatorActor({ role: "admin" });
let fixture: AlertHarness;
let checks: Checks;
beforeEach(async () => {
  fixture = await openAlertHarness();
  checks = makeChecks(fixture.log.deps);
});
afterEach(() => fixture.close());

/** As a superuser, with the guards of the tables off meanwhile. */
async function forced(sql: string): Promise<void> {
  for (const table of ["certificate", "crl", "profile"])
    await fixture.log.as("super", `alter table ${table} disable trigger all`);
  await fixture.log.as("super", sql);
  for (const table of ["certificate", "crl", "profile"])
    await fixture.log.as("super", `alter table ${table} enable trigger all`);
}
const after = (ms: number): void => fixture.setTime(fixture.now() + ms);
const actions = async (): Promise<unknown[]> => {
  await fixture.log.sequence();
  return (
    await fixture.query(
      "select convert_from(entry, 'UTF8')::jsonb ->> 'action' as action from tlog.entry order by seq",
    )
  )
    .map(({ action }) => action)
    .filter((action) => String(action).startsWith("alert."));
};

describe("a certificate whose rotation was requested", () => {
  const request = (id: string, by: number) =>
    forced(
      `update certificate set rotate_by = '${new Date(by).toISOString()}', rotation_requested_at = now(), rotation_requested_by = 'ops@example.com', rotation_comment = 'weak key' where id = '${id}'`,
    );

  test("opens one alert once the date is over, which closes once the request is withdrawn", async () => {
    const worker = await fixture.makeIdentity("worker");
    await request(worker.certificateId, fixture.now() + day);
    expect(await checks.run()).toEqual({ opened: 0, closed: 0 });
    after(day + minute);
    expect(await checks.run()).toEqual({ opened: 1, closed: 0 });
    expect(await checks.run()).toEqual({ opened: 0, closed: 0 });
    expect(await fixture.alerts()).toMatchObject([
      { rule: "rotation-overdue", severity: "medium", subject: worker.certificateId },
    ]);
    await forced(`update certificate set rotate_by = null where id = '${worker.certificateId}'`);
    expect(await checks.run()).toEqual({ opened: 0, closed: 1 });
  });

  test.each([
    [
      "has a successor",
      (id: string, next: string) => `predecessor_id = '${id}' where id = '${next}'`,
    ],
    [
      "is revoked",
      (id: string) =>
        `state = 'revoked', revoked_at = now(), revocation_reason = 'superseded' where id = '${id}'`,
    ],
    [
      "is on hold",
      (id: string) =>
        `state = 'held', revoked_at = now(), revocation_reason = 'certificateHold' where id = '${id}'`,
    ],
  ])("is no alert if it %s", async (_what, change) => {
    const worker = await fixture.makeIdentity("worker");
    const next = await fixture.makeCertificate(worker);
    await request(worker.certificateId, fixture.now() + day);
    await forced(`update certificate set ${change(worker.certificateId, next.certificateId)}`);
    after(2 * day);
    expect(await checks.run()).toEqual({ opened: 0, closed: 0 });
  });
});

describe("a certificate that ends without a successor", () => {
  test("a certificate near expiration opens one alert, low while unused and medium when used, that closes once a successor is there", async () => {
    const worker = await fixture.makeIdentity("worker", {
      notAfter: new Date(fixture.now() + 90 * day),
    });
    expect(await checks.run()).toEqual({ opened: 0, closed: 0 });
    after(80 * day);
    expect(await checks.run()).toEqual({ opened: 1, closed: 0 });
    expect(await checks.run()).toEqual({ opened: 0, closed: 0 });
    expect(await fixture.alerts()).toMatchObject([
      { rule: "expiry-near", severity: "low", subject: worker.certificateId, count: 1 },
    ]);
    await fixture.record(fixture.actorOf(worker, "10.1.2.3"), allowed());
    await fixture.watch();
    await checks.run();
    expect(await fixture.alerts()).toMatchObject([{ severity: "medium", status: "open" }]);
    const next = await fixture.makeCertificate(worker);
    await forced(
      `update certificate set predecessor_id = '${worker.certificateId}' where id = '${next.certificateId}'`,
    );
    expect(await checks.run()).toEqual({ opened: 0, closed: 1 });
    expect(await actions()).toEqual(["alert.opened", "alert.escalated", "alert.resolved"]);
  });

  test("does not close its alert by running out: then it is worse", async () => {
    await fixture.makeIdentity("worker", { notAfter: new Date(fixture.now() + 90 * day) });
    after(80 * day);
    await checks.run();
    after(20 * day);
    expect(await checks.run()).toEqual({ opened: 0, closed: 0 });
    expect(await fixture.alerts()).toMatchObject([{ status: "open" }]);
  });

  test.each<[string, () => Promise<unknown>]>([
    [
      "with most of its life before it",
      () => fixture.makeIdentity("worker", { notAfter: new Date(fixture.now() + 98 * day) }),
    ],
    [
      "with a newer one of the same names",
      async () =>
        fixture.makeCertificate(
          await fixture.makeIdentity("worker", { notAfter: new Date(fixture.now() + 90 * day) }),
        ),
    ],
    [
      "of Chancery itself",
      () =>
        fixture.makeIdentity("responder", {
          kind: "system",
          notAfter: new Date(fixture.now() + 90 * day),
        }),
    ],
    [
      "that lives for a day",
      () => fixture.makeIdentity("job", { notAfter: new Date(fixture.now() + day) }),
    ],
    [
      "that expired before the first check",
      () => fixture.makeIdentity("worker", { notAfter: new Date(fixture.now() + 70 * day) }),
    ],
  ])("one %s is none", async (_, make) => {
    await make();
    after(78 * day);
    expect(await checks.run()).toEqual({ opened: 0, closed: 0 });
  });

  test.each<[string, boolean, number]>([
    ["is replaced by a newer one of the same profile, although their subjects differ", true, 0],
    ["isn't replaced by one with another subject under a profile that isn't Chancery's", false, 1],
  ])("the CA of a client %s", async (_title, system, opened) => {
    await forced(
      `insert into profile (id, slug, name, description, system, status, version, rules, created_at, changed_at)
        values ('prf_test', 'intermediate-ca', 'test', '', ${String(system)}, 'active', 1, '{}', now(), now())`,
    );
    const week = { notAfter: new Date(fixture.now() + 7 * day) };
    const spire = await fixture.makeIdentity("spire", week);
    const next = await fixture.makeCertificate(spire);
    await forced(
      `update certificate set subject_text = 'O=Example, CN=SPIFFE CA 02' where id = '${next.certificateId}'`,
    );
    after(6.5 * day);
    expect(await checks.run()).toEqual({ opened, closed: 0 });
  });

  test("of one that a person has closed nothing is said again; of one that is excepted nothing until the exception ends", async () => {
    await fixture.makeIdentity("old", { notAfter: new Date(fixture.now() + 90 * day) });
    const other = await fixture.makeIdentity("other", {
      notAfter: new Date(fixture.now() + 90 * day),
    });
    const { id } = (
      await createException(fixture.log.deps, admin, {
        rule: "expiry-near",
        subjectKind: "certificate",
        subjectId: other.certificateId,
        days: 300,
        comment: "it may end",
      })
    ).result;
    after(80 * day);
    expect(await checks.run()).toEqual({ opened: 1, closed: 0 });
    await resolveAlert(fixture.log.deps, admin, (await fixture.alerts())[0]?.id ?? "", {
      resolution: "expected",
      comment: "it may end, too",
    });
    expect(await checks.run()).toEqual({ opened: 0, closed: 0 });
    await endException(fixture.log.deps, admin, id);
    expect(await checks.run()).toEqual({ opened: 1, closed: 0 });
  });
});

describe("a CRL", () => {
  const published = (number: number, from: number, lives: number): Promise<void> =>
    forced(`insert into crl (id, authority_id, shard, number, this_update, next_update, entry_count, created_at)
    values ('crl_${number}', 'ca_test', '', ${number}, '${new Date(from).toISOString()}', '${new Date(from + lives).toISOString()}', 0, now())`);

  test("a CRL that isn't replaced raises a high alert, a critical one once it expires, and none after the next CRL", async () => {
    await published(1, fixture.now(), day);
    after(day * 0.6);
    expect(await checks.run()).toEqual({ opened: 0, closed: 0 });
    after(day * 0.2);
    // What is only just late may be on its way.
    expect(await checks.run()).toEqual({ opened: 0, closed: 0 });
    after(minute);
    expect(await checks.run()).toEqual({ opened: 1, closed: 0 });
    expect(await fixture.alerts()).toMatchObject([
      { rule: "crl-late", severity: "high", subject: "ca_test" },
    ]);
    after(day);
    await checks.run();
    expect(await fixture.alerts()).toMatchObject([{ severity: "critical" }]);
    await published(2, fixture.now(), day);
    expect(await checks.run()).toEqual({ opened: 0, closed: 1 });
  });

  test("a CRL from the future, after the clock went back, raises a critical alert, and none once one of today has followed", async () => {
    await published(1, fixture.now() + 3 * day, day);
    await checks.run();
    after(minute);
    expect(await checks.run()).toEqual({ opened: 1, closed: 0 });
    expect(await fixture.alerts()).toMatchObject([
      { rule: "crl-late", severity: "critical", subject: "ca_test" },
    ]);
    await published(2, fixture.now(), day);
    expect(await checks.run()).toEqual({ opened: 0, closed: 1 });
  });

  test("that was late for a moment at a start opens nothing", async () => {
    await published(1, fixture.now() - 2 * day, day);
    await checks.run();
    await published(2, fixture.now(), day);
    after(minute);
    expect(await checks.run()).toEqual({ opened: 0, closed: 0 });
  });
});

describe("the log", () => {
  test("whose entries wait for a checkpoint for minutes opens an alert; an idle one does not", async () => {
    expect(await checks.run()).toEqual({ opened: 0, closed: 0 });
    await fixture.record(admin, allowed());
    await fixture.query("select tlog.sequence_batch(100)");
    fixture.setTime(Date.now() + 2 * minute);
    await checks.run();
    after(minute);
    expect(await checks.run()).toEqual({ opened: 1, closed: 0 });
    expect(await fixture.alerts()).toMatchObject([
      { rule: "checkpoint-late", severity: "high", subject: "log" },
    ]);
  });

  test("that is halted opens a critical alert, although nothing can be numbered", async () => {
    await fixture.log.as(
      "super",
      `alter table tlog.head disable trigger needs_entry; update tlog.head set halted = '{"code":"log.smaller-than-remembered","message":"Entries are missing.","origin":"log.example.com","rememberedSize":9,"foundSize":7}'; alter table tlog.head enable always trigger needs_entry`,
    );
    expect(await checks.run()).toEqual({ opened: 1, closed: 0 });
    expect(await fixture.alerts()).toMatchObject([
      { rule: "verification-failed", severity: "critical" },
    ]);
  });
});

test("a rule that is switched off checks nothing", async () => {
  await fixture.makeIdentity("worker", { notAfter: new Date(fixture.now() + 90 * day) });
  await updateRule(fixture.log.deps, admin, "expiry-near", { enabled: false });
  after(80 * day);
  expect(await checks.run()).toEqual({ opened: 0, closed: 0 });
});
