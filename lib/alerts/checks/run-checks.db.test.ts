import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openWatchStand, type WatchStand } from "@/lib/alerts/testdata/stand";
import { allowed } from "@/lib/alerts/testdata/requests";
import { testActor } from "@/lib/log/testdata/actor";
import { resolveAlert } from "../answer-alert";
import { createException, endException } from "../exceptions";
import { updateRule } from "../update-rule";
import { makeChecks, type Checks } from "./run-checks";

const day = 86_400_000,
  minute = 60_000,
  admin = testActor({ role: "admin" });
let stand: WatchStand, checks: Checks;
beforeEach(async () => {
  stand = await openWatchStand();
  checks = makeChecks(stand.log.deps);
});
afterEach(() => stand.close());

/** As a superuser, with the guards of the tables off meanwhile. */
async function forced(sql: string): Promise<void> {
  for (const table of ["certificate", "crl"])
    await stand.log.as("super", `alter table ${table} disable trigger all`);
  await stand.log.as("super", sql);
  for (const table of ["certificate", "crl"])
    await stand.log.as("super", `alter table ${table} enable trigger all`);
}
const after = (ms: number): void => stand.setTime(stand.now() + ms);
const actions = async (): Promise<unknown[]> => {
  await stand.log.settle();
  return (
    await stand.query(
      "select convert_from(entry, 'UTF8')::jsonb ->> 'action' as action from tlog.entry order by seq",
    )
  )
    .map(({ action }) => action)
    .filter((action) => String(action).startsWith("alert."));
};

describe("a certificate that ends without a successor", () => {
  test("opens one alert in its last part, low while nobody uses it and medium when somebody does, and closes when a successor is there", async () => {
    const worker = await stand.makeIdentity("worker", {
      notAfter: new Date(stand.now() + 90 * day),
    });
    expect(await checks.run()).toEqual({ opened: 0, closed: 0 });
    after(80 * day);
    expect(await checks.run()).toEqual({ opened: 1, closed: 0 });
    expect(await checks.run()).toEqual({ opened: 0, closed: 0 });
    expect(await stand.alerts()).toMatchObject([
      { rule: "expiry-near", severity: "low", subject: worker.certificateId, count: 1 },
    ]);
    await stand.record(stand.actorOf(worker, "10.1.2.3"), allowed());
    await stand.watch();
    await checks.run();
    expect(await stand.alerts()).toMatchObject([{ severity: "medium", status: "open" }]);
    const next = await stand.makeCertificate(worker);
    await forced(
      `update certificate set predecessor_id = '${worker.certificateId}' where id = '${next.certificateId}'`,
    );
    expect(await checks.run()).toEqual({ opened: 0, closed: 1 });
    expect(await actions()).toEqual(["alert.opened", "alert.escalated", "alert.resolved"]);
  });

  test("does not close its alert by running out: then it is worse", async () => {
    await stand.makeIdentity("worker", { notAfter: new Date(stand.now() + 90 * day) });
    after(80 * day);
    await checks.run();
    after(20 * day);
    expect(await checks.run()).toEqual({ opened: 0, closed: 0 });
    expect(await stand.alerts()).toMatchObject([{ status: "open" }]);
  });

  test.each<[string, () => Promise<unknown>]>([
    [
      "with most of its life before it",
      () => stand.makeIdentity("worker", { notAfter: new Date(stand.now() + 98 * day) }),
    ],
    [
      "with a newer one of the same names",
      async () =>
        stand.makeCertificate(
          await stand.makeIdentity("worker", { notAfter: new Date(stand.now() + 90 * day) }),
        ),
    ],
    [
      "of Chancery itself",
      () =>
        stand.makeIdentity("responder", {
          kind: "system",
          notAfter: new Date(stand.now() + 90 * day),
        }),
    ],
    [
      "that lives for a day",
      () => stand.makeIdentity("job", { notAfter: new Date(stand.now() + day) }),
    ],
    [
      "that has run out before anybody looked",
      () => stand.makeIdentity("worker", { notAfter: new Date(stand.now() + 70 * day) }),
    ],
  ])("one %s is none", async (_, make) => {
    await make();
    after(78 * day);
    expect(await checks.run()).toEqual({ opened: 0, closed: 0 });
  });

  test("of one that a person has closed nothing is said again; of one that is excepted nothing until the exception ends", async () => {
    await stand.makeIdentity("old", { notAfter: new Date(stand.now() + 90 * day) });
    const other = await stand.makeIdentity("other", { notAfter: new Date(stand.now() + 90 * day) });
    const { id } = await createException(stand.log.deps, admin, {
      rule: "expiry-near",
      subjectKind: "certificate",
      subjectId: other.certificateId,
      days: 300,
      comment: "it may end",
    });
    after(80 * day);
    expect(await checks.run()).toEqual({ opened: 1, closed: 0 });
    await resolveAlert(stand.log.deps, admin, (await stand.alerts())[0]?.id ?? "", {
      resolution: "expected",
      comment: "it may end, too",
    });
    expect(await checks.run()).toEqual({ opened: 0, closed: 0 });
    await endException(stand.log.deps, admin, id);
    expect(await checks.run()).toEqual({ opened: 1, closed: 0 });
  });
});

describe("a CRL", () => {
  const published = (number: number, from: number, lives: number): Promise<void> =>
    forced(`insert into crl (id, authority_id, shard, number, this_update, next_update, entry_count, created_at)
    values ('crl_${number}', 'ca_test', '', ${number}, '${new Date(from).toISOString()}', '${new Date(from + lives).toISOString()}', 0, now())`);

  test("that nobody replaces is high, then critical when it has run out, and over with the next one", async () => {
    await published(1, stand.now(), day);
    after(day * 0.6);
    expect(await checks.run()).toEqual({ opened: 0, closed: 0 });
    after(day * 0.2);
    // What is only just late may be on its way.
    expect(await checks.run()).toEqual({ opened: 0, closed: 0 });
    after(minute);
    expect(await checks.run()).toEqual({ opened: 1, closed: 0 });
    expect(await stand.alerts()).toMatchObject([
      { rule: "crl-late", severity: "high", subject: "ca_test" },
    ]);
    after(day);
    await checks.run();
    expect(await stand.alerts()).toMatchObject([{ severity: "critical" }]);
    await published(2, stand.now(), day);
    expect(await checks.run()).toEqual({ opened: 0, closed: 1 });
  });

  test("that was late for a moment at a start opens nothing", async () => {
    await published(1, stand.now() - 2 * day, day);
    await checks.run();
    await published(2, stand.now(), day);
    after(minute);
    expect(await checks.run()).toEqual({ opened: 0, closed: 0 });
  });
});

describe("the log", () => {
  test("whose entries wait for a checkpoint for minutes opens an alert; an idle one does not", async () => {
    expect(await checks.run()).toEqual({ opened: 0, closed: 0 });
    await stand.record(admin, allowed());
    await stand.query("select tlog.sequence_batch(100)");
    stand.setTime(Date.now() + 2 * minute);
    await checks.run();
    after(minute);
    expect(await checks.run()).toEqual({ opened: 1, closed: 0 });
    expect(await stand.alerts()).toMatchObject([
      { rule: "checkpoint-late", severity: "high", subject: "log" },
    ]);
  });

  test("that is halted opens a critical alert, although nothing can be numbered", async () => {
    await stand.log.as(
      "super",
      `update tlog.head set halted = '{"code":"log.smaller-than-remembered","message":"Entries are missing.","origin":"log.example.com","rememberedSize":9,"foundSize":7}'`,
    );
    expect(await checks.run()).toEqual({ opened: 1, closed: 0 });
    expect(await stand.alerts()).toMatchObject([
      { rule: "verification-failed", severity: "critical" },
    ]);
  });
});

test("a rule that is switched off checks nothing", async () => {
  await stand.makeIdentity("worker", { notAfter: new Date(stand.now() + 90 * day) });
  await updateRule(stand.log.deps, admin, "expiry-near", { enabled: false });
  after(80 * day);
  expect(await checks.run()).toEqual({ opened: 0, closed: 0 });
});
