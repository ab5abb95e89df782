import { randomBytes } from "node:crypto";
import pg from "pg";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import type { GatewayDeps } from "@/lib/runtime/gateway-deps";
import { openTestDeps, type Harness } from "@/testing/harness";

type Backup = Readonly<{
  /** Opens the database as it was, next to the signer's folder as it is now. */
  restore: () => Promise<Restored>;
}>;
export type Restored = Readonly<{
  deps: GatewayDeps;
  query: (sql: string, values?: readonly unknown[]) => Promise<Record<string, unknown>[]>;
  close: () => Promise<void>;
}>;

const databaseOf = (url: string): string => new URL(url).pathname.slice(1);
const inDatabase = (url: string, name: string): string =>
  url.replace(`/${databaseOf(url)}?`, `/${name}?`);

async function administer(superUrl: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: inDatabase(superUrl, "postgres") });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Copies the whole database of a harness as it is now. Its connections are ended for that. */
export async function backUpDatabase(harness: Harness): Promise<Backup> {
  const { superUrl, appUrl, signerUrl } = harness.urls;
  const name = `backup_${randomBytes(8).toString("hex")}`;
  const own = databaseOf(superUrl);
  await administer(superUrl, [
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${own}'`,
    `create database ${name} owner chancery_owner template ${own}`,
    `grant connect on database ${name} to chancery_app, chancery_signer`,
  ]);
  return {
    restore: async () => {
      const db = openDatabase(inDatabase(appUrl, name), { max: 10 });
      const signerDb = openDatabase(inDatabase(signerUrl, name), { max: 4 });
      const superDb = openDatabase(inDatabase(superUrl, name), { max: 1 });
      return {
        deps: openTestDeps({ db, signerDb }, harness.witnessDir, harness.deps.clock),
        query: async (sql, values = []) =>
          (await superDb.pool.query<Record<string, unknown>>(sql, [...values])).rows,
        close: async () => {
          await Promise.all([db, signerDb, superDb].map(closeDatabase));
          await administer(superUrl, [`drop database if exists ${name} with (force)`]);
        },
      };
    },
  };
}
