import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, closeDatabase, openDatabase } from "@/lib/db/database";
import { makeCheck } from "@/lib/log/reconcile/check";
import {
  startThrowawayPostgres,
  type ThrowawayPostgres,
} from "@/testing/database/throwaway-postgres";
import { asSuperuser } from "@/testing/log/as-superuser";
import { checkCatalog } from "./check-catalog";

// On a server of its own: these settings are those of every database on it.
let server: ThrowawayPostgres;
beforeAll(async () => {
  server = await startThrowawayPostgres();
}, 120_000);
afterAll(() => server?.stop());

async function problems(): Promise<readonly string[]> {
  const db: Database = openDatabase(server.urls(server.template).appUrl, { max: 1 });
  try {
    const guards = makeCheck();
    await checkCatalog(db, { guards });
    return guards.result().problems;
  } finally {
    await closeDatabase(db);
  }
}

async function set(sql: string): Promise<void> {
  const { superUrl } = server.urls(server.template);
  await asSuperuser(superUrl, sql);
  await asSuperuser(superUrl, "select pg_reload_conf()");
}

test.each([
  ["search_path", `evil, pg_catalog, public`],
  ["session_replication_role", "replica"],
  ["row_security", "off"],
])("the setting %s of the whole server is named while it is another one", async (name, value) => {
  expect(await problems()).toEqual([]);
  await set(`alter system set ${name} = ${value}`);
  await expect
    .poll(problems, { timeout: 10_000 })
    .toEqual([
      `Added to the database by something other than the migrations: setting ${name} of the server.`,
    ]);
  await set(`alter system reset ${name}`);
  await expect.poll(problems, { timeout: 10_000 }).toEqual([]);
});
