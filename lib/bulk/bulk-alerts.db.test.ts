import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/access/actor";
import { updateAccount } from "@/lib/accounts/update-account";
import { acknowledgeAlert, assignAlert, resolveAlert } from "@/lib/alerts/answer-alert";
import { getAlert } from "@/lib/alerts/get-alert";
import { operatorActor } from "@/testing/actors";
import { type BulkFixture, codeOf, openBulkFixture } from "@/testing/bulk/bulk-fixture";
import { openAlert } from "@/testing/delivery/alert";
import { cancelBulkAct } from "./cancel-bulk-act";
import { getBulkAct } from "./read-bulk-acts";
import { bulkInput, type BulkInput, startBulkInput } from "./schema";
import { startBulkAct } from "./start-bulk-act";

let fixture: BulkFixture, operator: Actor;
beforeAll(async () => {
  fixture = await openBulkFixture();
  operator = await fixture.user("operator");
});
afterAll(() => fixture.harness.close());

const acknowledging = { act: "acknowledge", reason: undefined } as const;
const resolving = {
  act: "resolve",
  reason: undefined,
  resolution: "expected",
  comment: "a planned test",
} as const;
const assigning = (assignee: string | null) =>
  ({ act: "assign-alert", reason: undefined, assignee }) as const;

let subjects = 0;
/** New alerts about a subject of their own, so that a search finds them. */
async function open(count: number): Promise<Readonly<{ ids: string[]; q: string }>> {
  subjects += 1;
  const label = `subject${subjects}`;
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const subject = { kind: "network", id: `${label}-${n}`, label };
    ids.push(await openAlert(fixture.deps, { subject }));
  }
  return { ids: ids.toSorted(), q: label };
}
const about = (actor: Actor): Promise<string> =>
  openAlert(fixture.deps, {
    subject: { kind: "user", id: actor.id ?? "", label: actor.label },
  });
const alertOf = async (id: string) => (await getAlert(fixture.deps, fixture.admin, id)).alert;
const statusesOf = (ids: readonly string[]) =>
  Promise.all(ids.map(async (id) => (await alertOf(id)).status));
const why = async (input: Partial<BulkInput>, who = operator) =>
  (await fixture.preview(input, who)).excluded.map((one) => [one.why, one.count]);

describe("many alerts at once", () => {
  test("are acknowledged with an entry each, and one for the start and the end of all", async () => {
    const { ids } = await open(16);
    const id = await fixture.start({ ...acknowledging, alerts: ids }, operator);
    await fixture.finish();
    expect(new Set(await statusesOf(ids))).toEqual(new Set(["acknowledged"]));
    for (const alert of ids) expect(await fixture.actionsOf(alert)).toContain("alert.acknowledged");
    const [started, finished] = await fixture.harness.entriesOf(id);
    expect(started).toMatchObject({
      action: "bulk.started",
      target: { label: "Acknowledge 16 alerts" },
      details: { act: "acknowledge", count: 16 },
    });
    expect(finished).toMatchObject({
      action: "bulk.finished",
      details: { of: "alerts", total: 16, done: 16, refused: 0 },
    });
    expect(fixture.bugs).toEqual([]);
  });

  test("are resolved as the filters match them, with the resolution and comment of the start", async () => {
    const { ids, q } = await open(3);
    const input = { ...resolving, alertFilter: { q, status: "unresolved" }, count: 3 } as const;
    const id = await fixture.start(input, operator);
    await fixture.finish();
    for (const alert of ids)
      expect((await alertOf(alert)).resolved).toMatchObject({
        by: operator.label,
        resolution: "expected",
        comment: "a planned test",
      });
    expect(await getBulkAct(fixture.deps, fixture.admin, id)).toMatchObject({
      status: "finished",
      resolution: "expected",
      assignee: null,
      done: 3,
    });
    expect(await fixture.report(id)).toMatchObject(
      ids.map((alert) => ({ alertId: alert, certificateId: null, identity: q, outcome: "done" })),
    );
  });

  test("are assigned to a user, and to no one again", async () => {
    const { ids } = await open(2);
    const id = await fixture.start({ ...assigning(operator.id), alerts: ids }, operator);
    await fixture.finish();
    expect((await alertOf(ids[0] ?? "")).assignedTo?.label).toBe(operator.label);
    expect(await getBulkAct(fixture.deps, fixture.admin, id)).toMatchObject({
      assignee: operator.label,
    });
    await fixture.start({ ...assigning(null), alerts: ids }, operator);
    await fixture.finish();
    expect((await alertOf(ids[1] ?? "")).assignedTo).toBeNull();
  });

  test("include one about an identity, whose name is in the report", async () => {
    const alert = await openAlert(fixture.deps, {
      subject: { kind: "identity", id: fixture.identity, label: "as it was" },
    });
    const id = await fixture.start({ ...acknowledging, alerts: [alert] }, operator);
    await fixture.finish();
    expect(await fixture.report(id)).toMatchObject([
      { alertId: alert, identityId: fixture.identity, outcome: "done" },
    ]);
  });
});

describe("the dry run", () => {
  test("counts by severity, changes nothing and records nothing", async () => {
    const { ids } = await open(3);
    const { result, entries } = await fixture.harness.during(() =>
      fixture.preview({ ...acknowledging, alerts: ids }, operator),
    );
    expect(entries).toEqual([]);
    expect(result).toMatchObject({ selected: 3, count: 3, excluded: [], certificates: 0 });
    expect(result.severities?.reduce((sum, { count }) => sum + count, 0)).toBe(3);
    expect(await statusesOf(ids)).toEqual(["open", "open", "open"]);
  });

  test("leaves out what is acknowledged, resolved, assigned so, about the user or missing, and says which", async () => {
    const { ids } = await open(3);
    const [done = "", resolved = "", assigned = ""] = ids;
    await acknowledgeAlert(fixture.deps, operator, done);
    const { resolution, comment } = resolving;
    await resolveAlert(fixture.deps, fixture.admin, resolved, { resolution, comment });
    await assignAlert(fixture.deps, operator, assigned, { to: operator.id });
    const own = await about(operator);
    const alerts = [...ids, own, "alr_none"];
    expect(await why({ ...acknowledging, alerts })).toEqual([
      ["already-acknowledged", 1],
      ["already-resolved", 1],
      ["missing", 1],
    ]);
    expect(await why({ ...assigning(operator.id), alerts })).toEqual([
      ["already-resolved", 1],
      ["same-assignee", 1],
      ["missing", 1],
    ]);
    expect(await why({ ...resolving, alerts })).toEqual([
      ["already-resolved", 1],
      ["about-you", 1],
      ["missing", 1],
    ]);
    expect(await why({ ...resolving, alerts: [own] }, fixture.admin)).toEqual([]);
  });

  test("leaves alerts about Chancery's own identities to administrators", async () => {
    const [own] = await fixture.harness.asSuper(
      "select id from identity where kind = 'system' limit 1",
    );
    const alert = await openAlert(fixture.deps, {
      subject: { kind: "identity", id: String(own?.["id"]), label: "Chancery" },
    });
    expect(await why({ ...acknowledging, alerts: [alert] })).toEqual([["own", 1]]);
    expect(await why({ ...resolving, alerts: [alert] })).toEqual([["own", 1]]);
    expect(await why({ ...resolving, alerts: [alert] }, fixture.admin)).toEqual([]);
  });
});

describe("what changes after the dry run", () => {
  test("another resolution, assignee or state than it showed starts nothing", async () => {
    const { ids } = await open(2);
    const asked = { ...resolving, alerts: ids };
    const { count, sha256 } = await fixture.preview(asked, operator);
    const start = (over: object) =>
      startBulkAct(
        fixture.deps,
        operator,
        startBulkInput.parse({ ...asked, ...over, expect: { count, sha256 } }),
      );
    expect(await codeOf(start({ resolution: "malicious" }))).toBe("bulk.changed");
    expect(await codeOf(start({ alerts: ids.slice(1) }))).toBe("bulk.changed");
    const other = { act: "assign-alert", resolution: undefined, assignee: null };
    expect(await codeOf(start(other))).toBe("bulk.changed");
    expect(await statusesOf(ids)).toEqual(["open", "open"]);
  });

  test("one more alert than the list showed starts nothing", async () => {
    const { q } = await open(3);
    const input = { ...acknowledging, alertFilter: { q }, count: 2 } as const;
    expect(await codeOf(fixture.preview(input, operator))).toBe("bulk.count-changed");
  });

  test("an alert that someone else acknowledged, resolved or took meanwhile is left alone", async () => {
    const { ids } = await open(3);
    const [first = "", second = "", third = ""] = ids;
    const acts = [
      await fixture.start({ ...acknowledging, alerts: [first] }, operator),
      await fixture.start({ ...resolving, alerts: [second] }, operator),
      await fixture.start({ ...assigning(operator.id), alerts: [third] }, operator),
    ];
    await acknowledgeAlert(fixture.deps, fixture.admin, first);
    await resolveAlert(fixture.deps, fixture.admin, second, {
      resolution: "malicious",
      comment: "a real one",
    });
    await assignAlert(fixture.deps, fixture.admin, third, { to: fixture.admin.id });
    await fixture.finish();
    for (const act of acts)
      expect(await fixture.report(act)).toMatchObject([{ outcome: "changed", entryId: null }]);
    expect((await alertOf(second)).resolved).toMatchObject({ resolution: "malicious" });
    expect((await alertOf(third)).assignedTo?.label).toBe(fixture.admin.label);
    expect((await alertOf(first)).acknowledged?.by).toBe(fixture.admin.label);
  });

  test("an operator who is disabled changes no further alert", async () => {
    const { ids } = await open(2);
    const leaving = await fixture.user("operator");
    const id = await fixture.start({ ...acknowledging, alerts: ids }, leaving);
    await updateAccount(fixture.deps, fixture.admin, leaving.id ?? "", { status: "disabled" });
    await fixture.finish();
    expect(await getBulkAct(fixture.deps, fixture.admin, id)).toMatchObject({ status: "stopped" });
    expect(await statusesOf(ids)).toEqual(["open", "open"]);
  });

  test("a canceled one leaves what is left as it is", async () => {
    const { ids } = await open(2);
    const id = await fixture.start({ ...resolving, alerts: ids }, operator);
    await cancelBulkAct(fixture.deps, operator, id);
    await fixture.finish();
    expect(await statusesOf(ids)).toEqual(["open", "open"]);
  });
});

describe("refusals", () => {
  test.each(["approver", "auditor", "service"] as const)(
    "a %s neither runs dry nor starts nor cancels",
    async (role) => {
      const { ids } = await open(1);
      const who = operatorActor({ role });
      const input = { ...acknowledging, alerts: ids };
      expect(await codeOf(fixture.preview(input, who))).toBe("forbidden");
      const expected = { count: 1, sha256: "0".repeat(64) };
      const started = startBulkInput.parse({ ...input, expect: expected });
      expect(await codeOf(startBulkAct(fixture.deps, who, started))).toBe("forbidden");
      const id = await fixture.start(input, operator);
      expect(await codeOf(cancelBulkAct(fixture.deps, who, id))).toBe("forbidden");
      await fixture.finish();
      expect(await statusesOf(ids)).toEqual(["acknowledged"]);
    },
  );

  test("who can't handle alerts is no assignee, and nothing is started", async () => {
    const { ids } = await open(1);
    const auditor = await fixture.user("auditor");
    const code = (to: string) =>
      codeOf(fixture.preview({ ...assigning(to), alerts: ids }, operator));
    expect(await code(auditor.id ?? "")).toBe("alert.assignee-role");
    expect(await code("usr_none")).toBe("alert.assignee");
  });

  test.each([
    ["no alerts", { act: "acknowledge" }],
    ["an empty list", { act: "acknowledge", alerts: [] }],
    ["alerts and their filter", { act: "acknowledge", alerts: ["a"], alertFilter: {}, count: 1 }],
    ["a filter without a count", { act: "acknowledge", alertFilter: {} }],
    ["a count without a filter", { act: "acknowledge", alerts: ["a"], count: 1 }],
    ["certificates", { act: "acknowledge", ids: ["crt_a"] }],
    ["identities", { act: "resolve", identities: ["idn_a"], resolution: "fixed" }],
    ["alerts to revoke", { act: "revoke", alerts: ["a"], reason: "superseded" }],
    ["alerts to suspend", { act: "suspend", alerts: ["a"] }],
    ["an unknown filter", { act: "acknowledge", alertFilter: { color: "red" }, count: 1 }],
    [
      "a filter with what can't be seen",
      { act: "acknowledge", alertFilter: { q: "a\u200bb" }, count: 1 },
    ],
    ["more alerts than the limit", { act: "acknowledge", alerts: Array(10_001).fill("a") }],
    ["no resolution", { act: "resolve", alerts: ["a"] }],
    ["an unknown resolution", { act: "resolve", alerts: ["a"], resolution: "ignored" }],
    ["a resolution to acknowledge", { act: "acknowledge", alerts: ["a"], resolution: "fixed" }],
    ["no assignee", { act: "assign-alert", alerts: ["a"] }],
    ["an assignee to acknowledge", { act: "acknowledge", alerts: ["a"], assignee: "usr_a" }],
    ["an owner", { act: "assign-alert", alerts: ["a"], assignee: null, owner: "team" }],
  ])("%s is refused before anything is read", (_what, input) => {
    expect(bulkInput.safeParse(input).success).toBe(false);
  });

  test.each(["", "  ", "ok"])(
    "resolving with the comment %j is refused at the start",
    (comment) => {
      const input = { act: "resolve", alerts: ["a"], resolution: "fixed" };
      const expected = { count: 1, sha256: "0".repeat(64) };
      const { error } = startBulkInput.safeParse({ ...input, comment, expect: expected });
      expect(error?.issues.map(({ path, message }) => [path, message])).toEqual([
        [["comment"], "Enter a short reason. It is recorded in the audit log."],
      ]);
      expect(startBulkInput.safeParse({ ...input, comment: "why", expect: expected }).success).toBe(
        true,
      );
    },
  );
});
