import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestGateway, type TestGateway, until } from "@/testing/gateway/test-gateway";

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await openTestGateway();
});
afterAll(() => gateway.close());

const isReady = async (): Promise<boolean> =>
  fetch(`${gateway.httpUrl()}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
const leaders = async (): Promise<number> =>
  (
    await gateway.harness.asSuper(
      "select count(*)::int as n from pg_locks l join pg_database d on d.oid = l.database where l.locktype = 'advisory' and l.granted and d.datname = current_database()",
    )
  )[0]?.["n"] as number;

test("a process that got no processor for longer than its sessions live leads again, and is ready", async () => {
  await until(isReady);
  const before = await leaders();
  expect(before, "the log and the jobs").toBeGreaterThanOrEqual(2);
  const end = Date.now() + 8_000;
  while (Date.now() < end);
  await until(async () => (await leaders()) >= before);
  await until(isReady);
});
