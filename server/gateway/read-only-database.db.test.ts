import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestGateway, type TestGateway, until } from "@/testing/gateway/test-gateway";

let gateway: TestGateway;
let token: string;
beforeAll(async () => {
  gateway = await openTestGateway({ likeReal: true });
  token = await gateway.tokenFor("operator");
});
afterAll(() => gateway.close());

/** For new connections of the application to this test's database, the only ones from then on. */
async function forTheApplication(change: string): Promise<void> {
  await gateway.harness.asSuper(
    `do $$ begin execute format('alter role chancery_app in database %I ${change}', current_database()); end $$`,
  );
  await gateway.harness.asSuper(
    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'chancery_app' and datname = current_database()",
  );
}
const readiness = async () => {
  const answer = await fetch(`${gateway.httpUrl()}/readyz`);
  return { status: answer.status, text: await answer.text() };
};
async function create(key: string): Promise<Readonly<{ status: number; code: unknown }>> {
  const answer = await fetch(`${gateway.httpUrl()}/api/v1/identities`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "idempotency-key": key,
    },
    body: JSON.stringify({ kind: "service", name: key, owner: "platform@example.com" }),
  });
  return { status: answer.status, code: ((await answer.json()) as { code?: unknown }).code };
}

test("a gateway whose database only reads, as after a fail-over to a standby, isn't ready, refuses changes with 503, and does them once it writes again", async () => {
  expect((await readiness()).status).toBe(200);
  await forTheApplication("set default_transaction_read_only = on");
  try {
    await until(async () => (await readiness()).status === 503);
    expect((await readiness()).text).toMatch(/read-only/);
    for (let n = 0; n < 3; n += 1) expect((await create("billing")).status).toBe(503);
  } finally {
    await forTheApplication("reset default_transaction_read_only");
  }
  await until(async () => (await readiness()).status === 200);
  await until(async () => (await create("billing")).status === 201);
  const rows = await gateway.harness.asSuper("select id from identity where name = 'billing'");
  expect(rows).toHaveLength(1);
});
