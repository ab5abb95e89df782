import { afterEach, beforeEach, expect, test } from "vitest";
import { auditedTransaction } from "./audited-transaction";
import { assertInboxHasRoom } from "./back-pressure";
import { recordEntry } from "./record-entry";
import { operatorActor } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { identityCreated, identityRow, makeId, readEntry } from "@/testing/log/entries";

let log: Harness;
beforeEach(async () => {
  log = await openHarness({ sequencer: false, connections: 80 });
});
afterEach(() => log.close());

const system = operatorActor({ kind: "system", role: "system" });
const read = (actor = operatorActor()) => recordEntry(log.deps.recorder, actor, readEntry("/"));
const create = (actor = operatorActor()) =>
  auditedTransaction(log.deps.recorder, actor, async (tx) => {
    const id = makeId("idn");
    await tx.identity.create({ data: identityRow(id) });
    return { result: id, entries: [identityCreated(id)] };
  });
/** As if so many entries waited: the oldest and the newest of them. */
const wait = async (count: number): Promise<void> => {
  await log.as(
    "super",
    `insert into tlog.inbox (id, entry) overriding system value select i, convert_to('{"id":"ent_' || i || '"}', 'UTF8') from (values (1), (${count})) as v (i); select setval(pg_get_serial_sequence('tlog.inbox', 'id'), ${count})`,
  );
};
const isRefused = async (act: () => Promise<unknown>): Promise<boolean> =>
  act().then(
    () => false,
    (error: { code?: string }) => error.code === "record.backlog",
  );

test("while the backlog is over its limit, actions are refused and none of them is half done", async () => {
  await wait(200_001);
  // The look that the first act asks for answers those after it.
  await expect.poll(() => isRefused(read)).toBe(true);
  const [before] = await log.as("app", "select count(*)::int from identity");
  await expect(create()).rejects.toMatchObject({
    code: "record.backlog",
    kind: "unavailable",
    retryAfterSeconds: 5,
  });
  await expect(read()).rejects.toMatchObject({ code: "record.backlog" });
  expect(await log.as("app", "select count(*)::int from identity")).toEqual([before]);
});

test("Chancery's own work goes on meanwhile", async () => {
  await wait(200_001);
  await expect.poll(() => isRefused(read)).toBe(true);
  await create(system);
  await read(system);
});

test("once they are numbered everything is taken again, and nothing that was accepted is lost", async () => {
  await wait(200_001);
  const { entryId } = await read(system);
  await expect.poll(() => isRefused(read)).toBe(true);
  await log.sequence();
  await expect.poll(() => isRefused(read)).toBe(false);
  await log.sequence();
  expect(
    await log.as("app", `select count(*)::int from tlog.entry where entry_id = '${entryId}'`),
  ).toEqual([1]);
});

test("as many as the log takes in are no reason to refuse", async () => {
  await wait(199_990);
  for (let n = 0; n < 5; n += 1) await read();
  await expect.poll(() => isRefused(read), { timeout: 700 }).toBe(false);
});

test("while the log is halted there is room to sign in and fix it", async () => {
  await wait(200_001);
  await log.as(
    "super",
    `alter table tlog.head disable trigger needs_entry; select tlog.halt('{"code":"log.smaller-than-remembered"}'::jsonb)`,
  );
  for (let n = 0; n < 3; n += 1) {
    await read();
    await new Promise((done) => setImmediate(done));
  }
  expect(await isRefused(read)).toBe(false);
});

test("the backlog is read at most twice a second, however many ask, and no one waits for it", () => {
  let looks = 0;
  const pool = {
    query: () => {
      looks += 1;
      return new Promise(() => {});
    },
  } as never;
  for (let n = 0; n < 10_000; n += 1) assertInboxHasRoom({ pool }, operatorActor());
  expect(looks).toBe(1);
});
