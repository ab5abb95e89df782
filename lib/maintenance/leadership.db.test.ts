import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withAdvisoryLock } from "@/lib/db/advisory-lock";
import { type Harness, openHarness } from "@/testing/harness";
import { seekLeadership } from "./leadership";
import { openLockSession } from "./leadership-repository";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness({ sequencer: false });
});
afterAll(async () => {
  await harness.close();
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(20);
}

test("a leader that hangs loses its term: PostgreSQL ends its silent session, and another node leads", async () => {
  const hung = await openLockSession(harness.deps.db, "test jobs", () => {});
  expect(await hung.tryLock()).toBe(true);
  // From here on it says nothing more, as a stopped process.
  const other = seekLeadership(harness.deps, "test jobs", () => {});
  await until(other.leading);
  await expect(hung.tryLock()).rejects.toThrow(/terminat|Connection|queryable/i);
  hung.close();
  await other.stop();
});

test("a leader that only has nothing to do keeps its term beyond the session's timeout", async () => {
  const changes: boolean[] = [];
  const first = seekLeadership(harness.deps, "test quiet", (leading) => changes.push(leading));
  await until(first.leading);
  const hung = await openLockSession(harness.deps.db, "test clock", () => {});
  await hung.tryLock();
  const clock = seekLeadership(harness.deps, "test clock", () => {});
  // The timeout has passed once a silent session was ended.
  await until(clock.leading);
  expect([first.leading(), changes]).toEqual([true, [true]]);
  await Promise.all([first.stop(), clock.stop()]);
});

test("work under a lock is done one after another, also if it takes longer than the session's timeout", async () => {
  const order: string[] = [];
  const hung = await openLockSession(harness.deps.db, "test span", () => {});
  await hung.tryLock();
  const clock = seekLeadership(harness.deps, "test span", () => {});
  const first = withAdvisoryLock(harness.deps.db, "test work", async () => {
    order.push("first begins");
    await until(clock.leading);
    order.push("first ends");
  });
  await until(() => order.length === 1);
  await Promise.all([
    first,
    withAdvisoryLock(harness.deps.db, "test work", async () => {
      order.push("second");
    }),
  ]);
  expect(order).toEqual(["first begins", "first ends", "second"]);
  await clock.stop();
});
