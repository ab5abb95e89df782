import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readEnv } from "@/lib/env";
import { lastVerification } from "@/lib/log/last-verification";
import { getWork, requestVerification } from "@/lib/log/request-work";
import { listVerifications } from "@/lib/log/verifications";
import { startVerifications } from "@/server/jobs/verification";
import { makeTestHouse, testActor, type TestHouse } from "@/server/signer/testing/make-test-house";
import { refusalOf } from "@/server/signer/testing/requests";

const admin = testActor(),
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
let house: TestHouse;
beforeEach(async () => {
  errors.length = 0;
  house = await makeTestHouse({ setUp: false });
  await house.deps.db.pool.query(
    `insert into tlog.inbox (entry) values (convert_to('{"action":"system.started","actor":{},"details":{"version":"1"},"id":"ent_first","outcome":"success","target":null,"v":1}', 'UTF8'))`,
  );
  await settle();
});
afterEach(async () => {
  await house.close();
});

const settle = async (): Promise<void> => {
  for (const step of ["sequence", "index"])
    await house.deps.db.pool.query(`select tlog.${step}_batch(100000)`);
};
const jobs = (at = "02:30") =>
  startVerifications(
    house.deps,
    readEnv({ CHANCERY_VERIFY_AT: at } as unknown as NodeJS.ProcessEnv),
    log,
  );
async function untilEnded(id: string): Promise<void> {
  while ((await getWork(house.deps, admin, id)).endedAt === null) await pause(10);
  await settle();
}
const waitingIds = async (): Promise<string[]> =>
  (await house.asSuper("select id from tlog.work where ended_at is null order by id")).map(
    ({ id }) => String(id),
  );
async function untilOneWaits(): Promise<string> {
  for (; ; await pause(10)) {
    const [id] = (
      await house.asSuper("select id from tlog.work order by started_at desc limit 1")
    ).map((row) => String(row["id"]));
    if (id !== undefined) return id;
  }
}
const clockTime = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().slice(11, 16);

describe("a verification that somebody asks for", () => {
  test("is done by the node that leads, once for all who waited, and answered with an entry for each", async () => {
    const first = await requestVerification(house.deps, admin),
      second = await requestVerification(house.deps, testActor({ role: "auditor" }));
    const follower = jobs(),
      leader = jobs();
    leader.lead(true);
    await untilEnded(first.entryId);
    await untilEnded(second.entryId);
    await Promise.all([leader.stop(), follower.stop()]);
    const found = await listVerifications(house.deps, admin);
    expect(found).toHaveLength(2);
    expect(found[0]).toMatchObject({ ok: true, level: "unsealed", problems: [] });
    expect(found[0]?.checks.map(({ name }) => name)).toContain("state");
    expect(errors).toEqual([]);
  });

  test("finds what is wrong, says so in its entry, and to the operator", async () => {
    await house.asSuper("alter table tlog.entry_p000000 disable trigger all");
    await house.asSuper("update tlog.entry set leaf_hash = sha256('other')");
    const { entryId } = await requestVerification(house.deps, admin),
      leader = jobs();
    leader.lead(true);
    await untilEnded(entryId);
    await leader.stop();
    const last = await lastVerification(house.deps);
    expect(last).toMatchObject({ ok: false });
    expect(last?.problems.join(" ")).toMatch(/bytes of entry 0 have the leaf hash/);
    expect(last?.checks.filter(({ problems }) => problems > 0).map(({ name }) => name)).toEqual(
      expect.arrayContaining(["leaf", "guards"]),
    );
    expect(errors[0]).toMatch(/found something/);
  });

  test("and not finished is taken up again, even when only its entry is left", async () => {
    const { entryId } = await requestVerification(house.deps, admin);
    await settle();
    await house.asSuper("delete from tlog.work");
    const leader = jobs();
    leader.lead(true);
    while ((await house.asSuper("select from tlog.work where ended_at is not null")).length === 0)
      await pause(10);
    await leader.stop();
    await settle();
    expect(await listVerifications(house.deps, admin)).toHaveLength(1);
    expect(await getWork(house.deps, admin, entryId)).toMatchObject({
      kind: "verification",
      note: "nothing is wrong",
    });
    // Finished: the next leader finds nothing to do.
    const next = jobs();
    next.lead(true);
    await next.stop();
    expect(await waitingIds()).toEqual([]);
  });

  test("also when the log is halted and numbers nothing", async () => {
    await house.asSuper(`update tlog.head set halted = '{"code":"log.smaller-than-remembered"}'`);
    const { entryId } = await requestVerification(house.deps, admin),
      leader = jobs();
    leader.lead(true);
    await untilEnded(entryId);
    await leader.stop();
    expect((await getWork(house.deps, admin, entryId)).note).toBe("nothing is wrong");
  });

  test("by nobody who may not verify, and a row of work without an entry is not work", async () => {
    for (const role of ["operator", "approver", "service"] as const)
      expect(await refusalOf(requestVerification(house.deps, testActor({ role })))).toMatchObject({
        code: "forbidden",
      });
    await house.deps.db.pool.query(
      "insert into tlog.work (id, kind) values ('ent_forged', 'verification')",
    );
    const { entryId } = await requestVerification(house.deps, admin),
      leader = jobs();
    leader.lead(true);
    await untilEnded(entryId);
    await leader.stop();
    expect(await listVerifications(house.deps, admin)).toHaveLength(1);
    expect(await waitingIds()).toEqual(["ent_forged"]);
  });
});

describe("the nightly verification", () => {
  test("is made up for when its time passed while nothing ran, and asked for by the clock", async () => {
    const passed = clockTime(house.deps.clock.now().getTime() + DAY * 2 - 60_000);
    house.advance(2 * DAY);
    const leader = jobs(passed);
    leader.lead(true);
    const id = await untilOneWaits();
    await untilEnded(id);
    await leader.stop();
    const [entry] = await house.asSuper(
      "select convert_from(entry, 'UTF8')::jsonb as entry from tlog.entry where entry_id = $1",
      [id],
    );
    expect(entry?.["entry"]).toMatchObject({
      action: "verification.requested",
      details: { by: "schedule" },
      actor: { kind: "system", id: "verification" },
    });
    expect(await lastVerification(house.deps)).toMatchObject({ ok: true });
  });
});
