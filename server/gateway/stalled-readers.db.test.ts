import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recordEntry } from "@/lib/log/record/record-entry";
import { logReaders } from "@/lib/log/readers";
import { adminActor } from "@/testing/actors";
import { openTestGateway, type TestGateway, until } from "@/testing/gateway/test-gateway";
import { readEntry } from "@/testing/log/entries";

const limitMs = 10_000;
/** Locks that keep a reader's cursor where it is. */
const locks: Readonly<Record<string, string>> = {
  numbering: "select from tlog.head for update",
  index: "select from tlog.indexed for update",
  tree: "select from tlog.tree for update",
  alerts: "select from custody.cursor where name = 'alerts' for update",
};

let gateway: TestGateway;
let blocker: pg.Client;
beforeAll(async () => {
  gateway = await openTestGateway();
  blocker = new pg.Client({ connectionString: gateway.harness.urls.superUrl });
  await blocker.connect();
});
afterAll(async () => {
  await blocker.end();
  await gateway.close();
});

type Ready = Readonly<{ status: string; checks: Readonly<Record<string, string>> }>;
const readyz = async (): Promise<Readonly<{ http: number }> & Ready> => {
  const response = await fetch(`${gateway.httpUrl()}/readyz`);
  return { http: response.status, ...((await response.json()) as Ready) };
};
const metrics = async (): Promise<string> => (await fetch(`${gateway.httpUrl()}/metrics`)).text();
const alertsAbout = async (reader: string): Promise<unknown[]> =>
  (
    await gateway.harness.asSuper(
      "select status from alert where rule = 'reader-stalled' and subject_id = $1 order by opened_at",
      [reader],
    )
  ).map((row) => row["status"]);

test("there is a lock for each reader whose cursor is in the database", () => {
  const stored = Object.entries(logReaders)
    .filter(([name, { cursor }]) => cursor && name !== "status")
    .map(([name]) => name);
  expect(Object.keys(locks).toSorted()).toEqual(stored.toSorted());
});

describe("a reader that does not move while the log grows is in readiness, in the metrics and an alert within 10 seconds, and all three end when it goes on", () => {
  test.each(Object.entries(locks))("%s", async (name, lock) => {
    await expect
      .poll(async () => (await readyz()).checks["readers"], { timeout: 60_000 })
      .toBe("ok");
    await blocker.query(`begin; ${lock}`);
    const { label } = logReaders[name as keyof typeof logReaders];
    const isStalled = async (): Promise<boolean> =>
      (await readyz()).checks["readers"]?.includes(label) === true &&
      (await metrics()).includes(`chancery_log_reader_stalled{reader="${name}"} 1`) &&
      (await alertsAbout(name)).length === 1;
    try {
      const from = performance.now();
      await recordEntry(gateway.harness.deps.recorder, adminActor(), readEntry("/grows"));
      await until(isStalled);
      expect(performance.now() - from).toBeLessThan(limitMs);
      const { http, status, checks } = await readyz();
      expect(checks["readers"]).toMatch(
        new RegExp(`${label}: at entry \\d+ of \\d+ since 20\\d\\d-`, "u"),
      );
      expect({ http, status }).not.toEqual({ http: 200, status: "ready" });
    } finally {
      await blocker.query("rollback");
    }
    await until(async () => (await readyz()).checks["readers"] === "ok");
    await until(async () => (await alertsAbout(name)).every((status) => status === "resolved"));
    expect(await metrics()).toContain(`chancery_log_reader_stalled{reader="${name}"} 0`);
  });
});

test("the metrics say how many entries the search index is behind, since when, and of how many segments it is", async () => {
  const gauge = async (name: string): Promise<number> =>
    Number(new RegExp(`^${name} (\\S+)$`, "m").exec(await metrics())?.[1]);
  const behind = "chancery_log_index_lag_entries";
  await until(async () => (await gauge(behind)) === 0);
  expect(await gauge("chancery_log_index_lag_seconds")).toBe(0);
  await blocker.query(`begin; ${locks["index"]}`);
  try {
    const { recorder } = gateway.harness.deps;
    for (let n = 0; n < 3; n += 1)
      await recordEntry(recorder, adminActor(), readEntry(`/waits/${n}`));
    await until(async () => (await gauge(behind)) >= 3);
    await until(async () => (await gauge("chancery_log_index_lag_seconds")) > 1);
  } finally {
    await blocker.query("rollback");
  }
  await until(async () => (await gauge(behind)) === 0);
  expect(await gauge("chancery_log_index_lag_seconds")).toBe(0);
  expect(await gauge('chancery_log_index_segments\\{sealed="true"\\}')).toBe(0);
  expect(await gauge('chancery_log_index_segments\\{sealed="false"\\}')).toBeGreaterThan(0);
});
