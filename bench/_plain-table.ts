import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type pg from "pg";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { startPostgres } from "@/server/supervise/postgres/start-server";

export type PlainTable = Readonly<{
  pool: pg.Pool;
  insert: Readonly<{ name: string; text: string }>;
  stop: () => Promise<void>;
}>;

/**
 * What there is to compare the log's intake with: a table of nothing but the bytes, on a PostgreSQL
 * of the same settings.
 */
export async function makePlainTable(): Promise<PlainTable> {
  const folder = mkdtempSync(join(tmpdir(), "chancery-bench-plain-"));
  const server = await startPostgres({
    root: findRepoRoot(),
    folder: join(folder, "pg"),
    durable: true,
    print: () => {},
  });
  const db = openDatabase(server.superUrl("postgres"), { max: 4 });
  await db.pool.query(
    "create table plain (id bigint generated always as identity primary key, entry bytea not null)",
  );
  return {
    pool: db.pool,
    insert: {
      name: "plain",
      text: "insert into plain (entry) select substr($1::bytea, o, l) from unnest($2::int[], $3::int[]) as part (o, l) order by o",
    },
    stop: async () => {
      await closeDatabase(db);
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
