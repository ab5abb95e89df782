import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { makeClient } from "./single-client";

/** What a database lacks of the migrations in the clone. */
export interface SchemaState {
  readonly pending: readonly string[];
  readonly unknown: readonly string[];
  readonly failed: readonly string[];
}

/** The migrations of this version, in order. */
export function listMigrations(root: string): string[] {
  const entries = readdirSync(join(root, "prisma", "migrations"), { withFileTypes: true });
  return entries
    .filter(
      (entry) =>
        entry.isDirectory() && existsSync(join(entry.parentPath, entry.name, "migration.sql")),
    )
    .map((entry) => entry.name)
    .sort();
}

/**
 * Compares the database with the clone. Throws what the database says when it cannot be read at
 * all.
 */
export async function readSchemaState(root: string, url: string): Promise<SchemaState> {
  const wanted = listMigrations(root);
  const client = makeClient(url);
  await client.connect();
  try {
    const {
      rows: [found],
    } = await client.query<{ there: boolean }>(
      "SELECT to_regclass('public._prisma_migrations') IS NOT NULL AS there",
    );
    if (!found?.there) return { pending: wanted, unknown: [], failed: [] };
    const { rows } = await client.query<{ name: string; done: boolean }>(
      "SELECT migration_name AS name, bool_or(finished_at IS NOT NULL) AS done FROM public._prisma_migrations WHERE rolled_back_at IS NULL GROUP BY 1",
    );
    const done = new Set(rows.filter((row) => row.done).map((row) => row.name));
    return {
      pending: wanted.filter((name) => !done.has(name)),
      unknown: [...done].filter((name) => !wanted.includes(name)),
      failed: rows.filter((row) => !row.done).map((row) => row.name),
    };
  } finally {
    await client.end();
  }
}
