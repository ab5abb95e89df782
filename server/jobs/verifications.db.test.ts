import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findLastVerification } from "@/lib/log/live/verifications";
import { recordEntry } from "@/lib/log/record/record-entry";
import { getWork, requestVerification } from "@/lib/log/live/request-work";
import { listVerifications } from "@/lib/log/live/verifications";
import { readEnv } from "@/lib/runtime/env";
import { adminActor, system } from "@/testing/actors";
import { openHarness, type Harness } from "@/testing/harness";
import { refusalOf } from "@/testing/ca/requests";
import { startVerifications } from "./verifications";

const admin = adminActor(),
  DAY = 86_400_000,
  errors: string[] = [];
const log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: (text: string) => {
    errors.push(text);
  },
};
let harness: Harness;
beforeEach(async () => {
  errors.length = 0;
  harness = await openHarness({ sequencer: false });
  await recordEntry(harness.deps.recorder, system, {
    action: "system.started",
    outcome: "success",
    target: null,
    details: { version: "1" },
  });
  await settle();
});
afterEach(async () => {
  await harness.close();
});

const settle = (): Promise<void> => harness.sequence();
const jobs = (at = "02:30") =>
  startVerifications(
    harness.deps,
    readEnv({ CHANCERY_VERIFY_AT: at } as unknown as NodeJS.ProcessEnv),
    log,
  );
async function untilEnded(id: string): Promise<void> {
  while ((await getWork(harness.deps, admin, id)).endedAt === null) await pause(10);
  await settle();
}
const waitingIds = async (): Promise<string[]> =>
  (await harness.asSuper("select id from tlog.work where ended_at is null order by id")).map(
    ({ id }) => String(id),
  );
async function untilOneWaits(): Promise<string> {
  for (; ; await pause(10)) {
    const [id] = (
      await harness.asSuper("select id from tlog.work order by started_at desc limit 1")
    ).map((row) => String(row["id"]));
    if (id !== undefined) return id;
  }
}
const clockTime = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().slice(11, 16);

describe("a requested verification", () => {
  test("the leader verifies once for all waiting requests, and records an entry for each", async () => {
    const first = await requestVerification(harness.deps, admin),
      second = await requestVerification(harness.deps, adminActor({ role: "auditor" }));
    const follower = jobs(),
      leader = jobs();
    leader.lead(true);
    await untilEnded(first.entryId);
    await untilEnded(second.entryId);
    await Promise.all([leader.stop(), follower.stop()]);
    const found = await listVerifications(harness.deps, admin);
    expect(found).toHaveLength(2);
    expect(found[0]).toMatchObject({ ok: true, level: "unsealed", problems: [] });
    expect(found[0]?.checks.map(({ name }) => name)).toContain("state");
    expect(errors).toEqual([]);
  });

  test("a verification that finds a problem reports it in its entry and to the operator", async () => {
    await harness.asSuper("alter table tlog.entry_p000000 disable trigger all");
    await harness.asSuper("update tlog.entry set leaf_hash = sha256('other')");
    const { entryId } = await requestVerification(harness.deps, admin),
      leader = jobs();
    leader.lead(true);
    await untilEnded(entryId);
    await leader.stop();
    const last = await findLastVerification(harness.deps);
    expect(last).toMatchObject({ ok: false });
    expect(last?.problems.join(" ")).toMatch(/bytes of entry 0 have the leaf hash/);
    expect(last?.checks.filter(({ problems }) => problems > 0).map(({ name }) => name)).toEqual(
      expect.arrayContaining(["leaf", "guards"]),
    );
    expect(errors[0]).toMatch(/found a problem/);
  });

  test("an unfinished verification is resumed, even when only its entry is left", async () => {
    const { entryId } = await requestVerification(harness.deps, admin);
    await settle();
    await harness.asSuper("delete from tlog.work");
    const leader = jobs();
    leader.lead(true);
    while ((await harness.asSuper("select from tlog.work where ended_at is not null")).length === 0)
      await pause(10);
    await leader.stop();
    await settle();
    expect(await listVerifications(harness.deps, admin)).toHaveLength(1);
    expect(await getWork(harness.deps, admin, entryId)).toMatchObject({
      kind: "verification",
      note: "no problems found",
    });
    // Finished: the next leader finds nothing to do.
    const next = jobs();
    next.lead(true);
    await next.stop();
    expect(await waitingIds()).toEqual([]);
  });

  test("a verification also runs while the log is halted and numbers nothing", async () => {
    await harness.asSuper(
      `alter table tlog.head disable trigger needs_entry; update tlog.head set halted = '{"code":"log.smaller-than-remembered"}'; alter table tlog.head enable always trigger needs_entry`,
    );
    const { entryId } = await requestVerification(harness.deps, admin),
      leader = jobs();
    leader.lead(true);
    await untilEnded(entryId);
    await leader.stop();
    expect((await getWork(harness.deps, admin, entryId)).note).toBe("no problems found");
  });

  test("roles without permission can't request a verification, and a work row without an entry is ignored", async () => {
    for (const role of ["operator", "approver", "service"] as const)
      expect(
        await refusalOf(requestVerification(harness.deps, adminActor({ role }))),
      ).toMatchObject({
        code: "forbidden",
      });
    await harness.deps.db.pool.query(
      "insert into tlog.work (id, kind) values ('ent_forged', 'verification')",
    );
    const { entryId } = await requestVerification(harness.deps, admin),
      leader = jobs();
    leader.lead(true);
    await untilEnded(entryId);
    await leader.stop();
    expect(await listVerifications(harness.deps, admin)).toHaveLength(1);
    expect(await waitingIds()).toEqual(["ent_forged"]);
  });
});

describe("the nightly verification", () => {
  test("a nightly verification that was missed while nothing ran is requested at the next start by the schedule", async () => {
    const passed = clockTime(harness.deps.clock.now().getTime() + DAY * 2 - 60_000);
    harness.advance(2 * DAY);
    const leader = jobs(passed);
    leader.lead(true);
    const id = await untilOneWaits();
    await untilEnded(id);
    await leader.stop();
    const [entry] = await harness.asSuper(
      "select convert_from(entry, 'UTF8')::jsonb as entry from tlog.entry where entry_id = $1",
      [id],
    );
    expect(entry?.["entry"]).toMatchObject({
      action: "verification.requested",
      details: { by: "schedule" },
      actor: { kind: "system", id: "verification" },
    });
    expect(await findLastVerification(harness.deps)).toMatchObject({ ok: true });
  });
});
