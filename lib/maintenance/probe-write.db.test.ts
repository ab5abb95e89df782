import { afterAll, beforeAll, expect, test } from "vitest";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import { type Harness, openHarness } from "@/testing/harness";
import { probeWrite } from "./probe-write";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness({ sequencer: false });
});
afterAll(async () => {
  await harness.close();
});

test("a database that commits is writable, and the probe leaves one row for each node", async () => {
  for (const node of ["a", "b", "a"]) expect(await probeWrite(harness.deps, node)).toBeNull();
  expect(
    await harness.asSuper(
      "select key from idempotency_key where actor_id = 'readiness' order by key",
    ),
  ).toEqual([{ key: "a" }, { key: "b" }]);
});

test("a database that only reads, as after a fail-over to a standby, is not ready for writes", async () => {
  await setReadOnly("set default_transaction_read_only = on");
  const db = openDatabase(harness.urls.appUrl, { max: 1 });
  try {
    expect(await probeWrite({ db }, "a")).toBe("read-only");
  } finally {
    await closeDatabase(db);
    await setReadOnly("reset default_transaction_read_only");
  }
});

test("a database without connections for issuing and records is not ready, although others are open", async () => {
  const db = openDatabase(harness.urls.appUrl, { max: 1 });
  try {
    await db.pool.query("select");
    await limitConnections(1);
    await expect(probeWrite({ db }, "a")).rejects.toThrow(/too many connections/);
    await limitConnections(-1);
    expect(await probeWrite({ db }, "a")).toBeNull();
  } finally {
    await limitConnections(-1);
    await closeDatabase(db);
  }
});

const limitConnections = (count: number) =>
  harness.asSuper(
    `do $$ begin execute format('alter database %I connection limit ${count}', current_database()); end $$`,
  );
/** In this test's database alone: all of them share one server. */
const setReadOnly = (change: string) =>
  harness.asSuper(
    `do $$ begin execute format('alter role chancery_app in database %I ${change}', current_database()); end $$`,
  );
