import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Database } from "@/lib/db/database";
import { storedColumns, type StoredRow, toEntrySummary } from "@/lib/log/entry-summary";
import { awaitIndexed } from "@/lib/log/sequence/await-indexed";
import type { EntryQuery } from "@/lib/log/schema";
import { findRepoRoot } from "@/lib/runtime/repo-root";

/** The migration with which the index of rows went. */
const replacedBy = "20261130000900_segments";

/** Makes the schema of the versions whose index was a table of rows, over the owner's connection. */
export async function migrateToIndexOfRows(owner: Database): Promise<void> {
  const folder = join(findRepoRoot(), "prisma/migrations");
  const names = readdirSync(folder)
    .filter((name) => /^\d/.test(name) && name < replacedBy)
    .toSorted();
  for (const name of names)
    await owner.pool.query(readFileSync(join(folder, name, "migration.sql"), "utf8"));
}

/** Indexes everything that is numbered, 500 at a time. */
export async function indexRows({ pool }: Database): Promise<void> {
  for (let before = -1, upto = 0; upto > before;) {
    before = upto;
    const { rows } = await pool.query<{ upto: string }>("select tlog.index_batch(500) as upto");
    upto = Number(rows[0]?.upto ?? 0);
  }
}

const conditions: Readonly<Record<string, string>> = {
  q: "words @@ tlog.query_of(?)",
  actor: "actor_id = ?",
  target: "target_id = ?",
  ip: "ip <<= ?::inet",
  action: "action = ?",
  outcome: "outcome = ?",
  from: "ts >= ?::timestamptz",
  to: "ts < ?::timestamptz + interval '1 day'",
};

/**
 * A page of 50 and the counts to 1,000 that pages of those versions had, with what both do: wait for
 * the index, and read each entry. Returns the numbers.
 */
export async function searchRows(db: Database, query: EntryQuery): Promise<number[]> {
  const { pool } = db;
  await awaitIndexed(db);
  const values: unknown[] = [];
  const parts = Object.entries(query).flatMap(([name, value]) =>
    String(value)
      .split(name === "q" ? " " : "\n")
      .map((one) => {
        values.push(one);
        return (conditions[name] ?? "true").replace("?", `$${values.length}`);
      }),
  );
  const where = (kind: string): string => [kind, ...parts].join(" and ");
  const walk = (kind: string): string =>
    `(select seq from tlog.search where ${where(kind)} order by seq desc limit 51)`;
  const [page] = await Promise.all([
    pool.query<StoredRow>(
      `with found as materialized (select seq from (${walk("not is_read")} union all ${walk("is_read")}) w order by seq desc limit 51)
        select ${storedColumns} from found join tlog.entry e using (seq) order by e.seq desc`,
      values,
    ),
    ...["not is_read", "is_read"].map((kind) =>
      pool.query(
        `select count(*) from (select from tlog.search where ${where(kind)} limit 1001) as matching`,
        values,
      ),
    ),
  ]);
  return page.rows.slice(0, 50).map((row) => toEntrySummary(row).seq);
}
