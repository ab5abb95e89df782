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

/** In this test's database alone: all of them share one server. */
const setReadOnly = (change: string) =>
  harness.asSuper(
    `do $$ begin execute format('alter role chancery_app in database %I ${change}', current_database()); end $$`,
  );
