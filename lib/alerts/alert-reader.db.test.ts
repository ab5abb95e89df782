import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { acknowledgeAlert, resolveAlert } from "./answer-alert";
import { getAlert } from "./get-alert";
import { listAlerts } from "./list-alerts";
import { createException } from "./manage-exceptions";
import { operatorActor } from "@/testing/actors";
import { allowed, denied, read } from "@/testing/alerts/requests";
import { openAlertHarness, type Person, type AlertHarness } from "@/testing/alerts/alert-harness";

const day = 86_400_000;
let fixture: AlertHarness;
let billing: Person;
const admin = operatorActor({ role: "admin", label: "admin@example.com" });
beforeAll(async () => {
  fixture = await openAlertHarness();
  billing = await fixture.makeIdentity("billing-worker");
});
afterAll(() => fixture.close());

/** Gives a certificate days of use, so that there is something usual. */
async function livesHere(person: Person, ip: string, days = 9, uses = 120): Promise<void> {
  for (let n = 0; n < uses; n += 1) {
    fixture.setTime(fixture.now() + (days * day) / uses);
    await fixture.record(fixture.actorOf(person, ip), allowed());
  }
  await fixture.watch();
}

describe("the rules' reader", () => {
  beforeEach(() => fixture.setTime(fixture.now() + day));

  test("derives uses from entries, and counts each once", async () => {
    await livesHere(billing, "10.1.2.3");
    const [row] = await fixture.query(
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
    expect(await fixture.alerts()).toEqual([]);
    const [tally] = await fixture.query(
      "select sum(count)::int as n from custody.tally where service = 'billing' and outcome = 'allowed'",
    );
    expect(tally).toEqual({ n: 120 });
  });

  test("opens one alert for a rule and a subject, counts on, and has an entry of it", async () => {
    for (let n = 0; n < 3; n += 1)
      await fixture.record(fixture.actorOf(billing, "198.51.100.9"), allowed());
    expect(await fixture.watch()).toBe(1);
    await fixture.record(fixture.actorOf(billing, "198.51.100.9"), allowed());
    expect(await fixture.watch()).toBe(0);
    const [alert] = await fixture.alerts();
    expect(alert).toMatchObject({
      rule: "first-network",
      severity: "medium",
      status: "open",
      subject: billing.identityId,
      count: 4,
    });
    const detail = await getAlert(fixture.log.deps, admin, alert?.id ?? "");
    expect(detail.entries.items).toHaveLength(4);
    await fixture.log.sequence();
    expect(
      (await getAlert(fixture.log.deps, admin, alert?.id ?? "")).history.map(
        ({ action }) => action,
      ),
    ).toEqual(["alert.opened"]);
  });

  test("an alert is acknowledged and resolved by people; what happens afterwards is usual or opens a new one", async () => {
    const {
      items: [alert],
      counts,
    } = await listAlerts(fixture.log.deps, admin, { status: "unresolved" });
    expect(counts).toEqual({ open: 1, acknowledged: 0, resolved: 0 });
    expect(
      await acknowledgeAlert(fixture.log.deps, admin, alert?.id ?? "", { comment: "looking" }),
    ).toMatchObject({
      result: { status: "acknowledged" },
      entryId: expect.stringMatching(/^ent_/) as string,
    });
    expect(
      (
        await resolveAlert(fixture.log.deps, admin, alert?.id ?? "", {
          resolution: "known-change",
          comment: "moved to another zone",
        })
      ).result,
    ).toMatchObject({ status: "resolved" });
    await expect(
      resolveAlert(fixture.log.deps, admin, alert?.id ?? "", {
        resolution: "fixed",
        comment: "once more",
      }),
    ).rejects.toMatchObject({ code: "alert.resolved" });
    await fixture.record(fixture.actorOf(billing, "198.51.100.9"), allowed());
    expect(await fixture.watch()).toBe(0);
    await fixture.record(fixture.actorOf(billing, "203.0.113.9"), allowed());
    expect(await fixture.watch()).toBe(1);
  });

  test("an exception that holds silences a subject, and only from its network", async () => {
    const worker = await fixture.makeIdentity("nightly");
    await livesHere(worker, "10.9.9.9");
    await createException(fixture.log.deps, admin, {
      rule: "first-network",
      subjectKind: "identity",
      subjectId: worker.identityId,
      network: "192.0.2.0/24",
      days: 7,
      comment: "works from there this week",
    });
    await fixture.record(fixture.actorOf(worker, "192.0.2.77"), allowed());
    expect(await fixture.watch()).toBe(0);
    await fixture.record(fixture.actorOf(worker, "198.18.7.7"), allowed());
    expect(await fixture.watch()).toBe(1);
  });

  test("an entry without a certificate, or of Chancery's own, is no use of anything", async () => {
    const before = await fixture.query("select count(*)::int as n from custody.use");
    await fixture.record(operatorActor(), read());
    await fixture.record(
      operatorActor({
        kind: "anonymous",
        id: null,
        label: "anonymous",
        role: null,
        credential: { certificateId: null, serial: "01", fingerprintSha256: "ab" },
      }),
      denied("certificate.forged"),
    );
    await fixture.watch();
    expect(await fixture.query("select count(*)::int as n from custody.use")).toEqual(before);
  });
});
