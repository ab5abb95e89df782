import { createReadStream, readFileSync } from "node:fs";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import pg from "pg";
import { errorMessage } from "@/lib/errors/error-message";
import { BackupError } from "./backup-error";
import type { CheckedBackup } from "./check-backup";
import { copyIn } from "./copy";
import type { Manifest, TableContent } from "./manifest";
import { quoted, readSequences, readTables, type Table } from "./read-tables";
import { setAside } from "./set-aside";
import { makeLongClient } from "@/lib/db/single-client";

export type LoadOptions = Readonly<{
  /** The clone, whose migrations make the tables. */
  root: string;
  /** The role that is to own them; the database is empty. */
  ownerUrl: string;
  /** The application's role, which reads the list of migrations. */
  appRole: string;
  backup: CheckedBackup;
  /** Why the log is halted from the beginning; null if it goes on by itself. */
  halt: (query: pg.Client["query"]) => Promise<object | null>;
  onProgress?: (text: string) => void;
}>;

/** As Prisma makes it. */
export const migrationsTable = `create table public._prisma_migrations (
  id varchar(36) primary key not null, checksum varchar(64) not null, finished_at timestamptz, migration_name varchar(255) not null,
  logs text, rolled_back_at timestamptz, started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`;

/**
 * Makes the tables with the migrations that the backup's database had, and fills them, in one
 * transaction: the database has all of it afterwards, or nothing. The rows passed the guards when
 * they were written, so these are set aside meanwhile, and back in place before the commit.
 */
export async function loadDatabase(options: LoadOptions): Promise<void> {
  const { manifest } = options.backup;
  const client = makeLongClient(options.ownerUrl);
  await client.connect();
  try {
    await client.query("begin");
    await client.query("set local statement_timeout = 0; set local lock_timeout = 0");
    await requireEmpty(client);
    await makeTables(client, options);
    await client.query(
      "set local search_path = pg_catalog; set local datestyle = 'ISO'; set local timezone = 'UTC'; set local intervalstyle = 'postgres'",
    );
    await requireSameTables(client, manifest);
    const putBack = await setAside(client);
    const all = manifest.tables.map(({ name }) => quoted(name)).join(", ");
    await client.query(`truncate ${all}`);
    for (const table of manifest.tables) {
      options.onProgress?.(table.name);
      await fill(client, options.backup, table);
    }
    for (const { name, last, called } of manifest.sequences)
      await client.query("select setval($1::regclass, $2, $3)", [quoted(name), last, called]);
    const halt = await options.halt(client.query.bind(client) as pg.Client["query"]);
    if (halt !== null)
      await client.query("update tlog.head set halted = $1 where halted is null", [halt]);
    options.onProgress?.("indexes and constraints");
    await putBack();
    await client.query("commit");
    await client.query("analyze");
  } finally {
    await client.end().catch(() => {});
  }
}

/** Throws BackupError if the database holds anything. */
export async function requireEmpty(client: Pick<pg.Client, "query">): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'v', 'm', 'S') and n.nspname !~ '^(pg_|information_schema$)'
        and not exists (select from pg_catalog.pg_depend d where d.objid = c.oid and d.deptype = 'e') order by 1 limit 3`,
  );
  if (rows.length > 0)
    throw new BackupError(
      `The database is not empty: it has ${rows.map(({ name }) => name).join(", ")} … Create a new database to restore into. Nothing was changed.`,
    );
}

async function makeTables(
  client: pg.Client,
  { root, backup, appRole }: LoadOptions,
): Promise<void> {
  for (const name of backup.manifest.migrations) {
    await client.query(
      readFileSync(join(root, "prisma/migrations", name, "migration.sql"), "utf8"),
    );
    // A table with checks to be made at the commit can't be altered by the next one.
    await client.query(
      "set constraints all immediate; set constraints all deferred; reset search_path",
    );
  }
  await client.query(migrationsTable);
  await client.query(
    `grant select on public._prisma_migrations to ${pg.escapeIdentifier(appRole)}`,
  );
  const entries = backup.manifest.log?.entries ?? 0;
  for (let number = 0; number <= entries + entriesAhead; number += partitionEntries)
    await client.query("select tlog.ensure_partition($1)", [number]);
}

/** Of tlog.ensure_partition; the sequencer makes the next one early. */
const partitionEntries = 10_000_000;
const entriesAhead = partitionEntries / 2;

async function requireSameTables(client: pg.Client, manifest: Manifest): Promise<void> {
  const describe = (tables: readonly Table[]): string =>
    tables
      .map(({ name, columns }) => `${name}: ${columns.toSorted().join(", ")}`)
      .toSorted()
      .join("\n");
  const sequences = await readSequences(client);
  const known = manifest.sequences.map(({ name }) => name);
  if (
    describe(await readTables(client)) !== describe(manifest.tables) ||
    sequences.join() !== known.toSorted().join()
  )
    throw new BackupError(
      "The tables in the backup are not those that its migrations make, so it was changed, or its database was. Nothing was restored.",
    );
}

async function fill(
  client: pg.Client,
  { folder }: CheckedBackup,
  { name, columns, rows, files }: TableContent,
): Promise<void> {
  let filled = 0;
  if (files.length > 0)
    filled = await copyIn(
      client,
      `copy ${quoted(name)} (${columns.map(quoted).join(", ")}) from stdin`,
      readParts(files.map((path) => join(folder, path))),
    ).catch((error: unknown) => {
      throw new BackupError(
        `The rows of the table ${name} can't be restored: ${errorMessage(error)}. Nothing was restored.`,
        { cause: error },
      );
    });
  if (filled !== rows)
    throw new BackupError(
      `The table ${name} has ${filled} rows in the backup, and its manifest says ${rows}. Nothing was restored.`,
    );
}

async function* readParts(paths: readonly string[]): AsyncIterable<Uint8Array> {
  for (const path of paths)
    yield* createReadStream(path).pipe(createGunzip()) as AsyncIterable<Buffer>;
}
