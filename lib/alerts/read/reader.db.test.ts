import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openWatchStand, type Person, type WatchStand } from "@/lib/alerts/testdata/stand";
import { allowed, denied, read } from "@/lib/alerts/testdata/requests";
import { testActor } from "@/lib/log/testdata/actor";
import { acknowledgeAlert, resolveAlert } from "../answer-alert";
import { createException } from "../exceptions";
import { getAlert } from "../get-alert";
import { listAlerts } from "../list-alerts";

const day = 86_400_000;
let stand: WatchStand, billing: Person;
const admin = testActor({ role: "admin", label: "admin@example.com" });
beforeAll(async () => {
  stand = await openWatchStand();
  billing = await stand.makeIdentity("billing-worker");
});
afterAll(() => stand.close());

/** Gives a certificate days of use, so that there is something usual. */
async function livesHere(person: Person, ip: string, days = 9, uses = 120): Promise<void> {
  for (let n = 0; n < uses; n += 1) {
    stand.setTime(stand.now() + (days * day) / uses);
    await stand.record(stand.actorOf(person, ip), allowed());
  }
  await stand.watch();
}

describe("the rules' reader", () => {
  beforeEach(() => stand.setTime(stand.now() + day));

  test("derives uses from entries, and counts each once", async () => {
    await livesHere(billing, "10.1.2.3");
    const [row] = await stand.query(
      "select network, service, count::int, refused::int, known_count::int as known from custody.use where certificate_id = $1",
      [billing.certificateId],
    );
    expect(row).toEqual({
      network: "10.1.2.0/24",
      service: "billing",
      count: 120,
      refused: 0,
      known: 120,
    });
    expect(await stand.alerts()).toEqual([]);
    const [tally] = await stand.query(
      "select sum(count)::int as n from custody.tally where service = 'billing' and outcome = 'allowed'",
    );
    expect(tally).toEqual({ n: 120 });
  });

  test("opens one alert for a rule and a subject, counts on, and has an entry of it", async () => {
    for (let n = 0; n < 3; n += 1)
      await stand.record(stand.actorOf(billing, "198.51.100.9"), allowed());
    expect(await stand.watch()).toBe(1);
    await stand.record(stand.actorOf(billing, "198.51.100.9"), allowed());
    expect(await stand.watch()).toBe(0);
    const [alert] = await stand.alerts();
    expect(alert).toMatchObject({
      rule: "first-network",
      severity: "medium",
      status: "open",
      subject: billing.identityId,
      count: 4,
    });
    const detail = await getAlert(stand.log.deps, admin, alert?.id ?? "");
    expect(detail.entries.items).toHaveLength(4);
    await stand.log.settle();
    expect(
      (await getAlert(stand.log.deps, admin, alert?.id ?? "")).history.map(({ action }) => action),
    ).toEqual(["alert.opened"]);
  });

  test("an alert is acknowledged and resolved by people; what happens afterwards is usual or opens a new one", async () => {
    const {
      items: [alert],
      counts,
    } = await listAlerts(stand.log.deps, admin, { status: "unresolved" });
    expect(counts).toEqual({ open: 1, acknowledged: 0, resolved: 0 });
    expect(
      await acknowledgeAlert(stand.log.deps, admin, alert?.id ?? "", { comment: "looking" }),
    ).toMatchObject({ status: "acknowledged", entryId: expect.stringMatching(/^ent_/) as string });
    expect(
      await resolveAlert(stand.log.deps, admin, alert?.id ?? "", {
        resolution: "known-change",
        comment: "moved to another zone",
      }),
    ).toMatchObject({ status: "resolved" });
    await expect(
      resolveAlert(stand.log.deps, admin, alert?.id ?? "", {
        resolution: "fixed",
        comment: "once more",
      }),
    ).rejects.toMatchObject({ code: "alert.resolved" });
    await stand.record(stand.actorOf(billing, "198.51.100.9"), allowed());
    expect(await stand.watch()).toBe(0);
    await stand.record(stand.actorOf(billing, "203.0.113.9"), allowed());
    expect(await stand.watch()).toBe(1);
  });

  test("an exception that holds silences a subject, and only from its network", async () => {
    const worker = await stand.makeIdentity("nightly");
    await livesHere(worker, "10.9.9.9");
    await createException(stand.log.deps, admin, {
      rule: "first-network",
      subjectKind: "identity",
      subjectId: worker.identityId,
      network: "192.0.2.0/24",
      days: 7,
      comment: "works from there this week",
    });
    await stand.record(stand.actorOf(worker, "192.0.2.77"), allowed());
    expect(await stand.watch()).toBe(0);
    await stand.record(stand.actorOf(worker, "198.18.7.7"), allowed());
    expect(await stand.watch()).toBe(1);
  });

  test("an entry without a certificate, or of Chancery's own, is no use of anything", async () => {
    const before = await stand.query("select count(*)::int as n from custody.use");
    await stand.record(testActor(), read());
    await stand.record(
      testActor({
        kind: "anonymous",
        id: null,
        label: "anonymous",
        role: null,
        credential: { certificateId: null, serial: "01", fingerprintSha256: "ab" },
      }),
      denied("certificate.forged"),
    );
    await stand.watch();
    expect(await stand.query("select count(*)::int as n from custody.use")).toEqual(before);
  });
});
