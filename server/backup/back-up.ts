import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type pg from "pg";
import { sha256Hex } from "@/lib/format/hash";
import { productVersion } from "@/lib/runtime/product-version";
import { BackupError, inWords } from "./backup-error";
import { copyOut } from "./copy";
import {
  formatVersion,
  type Manifest,
  manifestDigestName,
  manifestName,
  memoryFolder,
  type TableContent,
} from "./manifest";
import { quoted, readSequences, readTables, type Table } from "./read-tables";
import { makeDigestingSink, type Sink } from "./sinks";
import { makeLongClient } from "@/lib/db/single-client";

export type BackUpOptions = Readonly<{
  /** The connection of a role that can read every table. */
  databaseUrl: string;
  /** Where the signer remembers what it signed. */
  signerFolder: string;
  /** Without sealed keys a restored copy can show everything and sign nothing. */
  keys: Manifest["keys"];
  now: Date;
  onProgress?: (text: string) => void;
}>;

export type BackedUp = Readonly<{ manifest: Manifest; manifestSha256: string; bytes: number }>;

const partBytes = 16 * 1024 * 1024;
const compress = promisify(gzip);
const keyTables = new Set(["signer.sealed_key", "signer.log_key"]);
/** What the signer's folder holds of its memory, without files that are just being written. */
const isMemory = (name: string): boolean => /\.(checkpoint|crl-memory)$/.test(name);

/**
 * Writes a whole backup: first the signer's memory, then all tables as they are at one moment after
 * that, so that the database never lacks what the memory says. Chancery goes on meanwhile, and
 * nothing waits for the backup. Throws BackupError and errors of the database and of the sink, which
 * is then abandoned.
 */
export async function backUp(options: BackUpOptions, target: Sink): Promise<BackedUp> {
  const sink = makeDigestingSink(target);
  try {
    await copyMemory(options.signerFolder, sink);
    const database = await copyDatabase(options, sink);
    const manifest: Manifest = {
      format: "chancery-backup",
      version: formatVersion,
      chancery: productVersion(),
      takenAt: options.now.toISOString(),
      keys: options.keys,
      ...database,
      files: sink.files(),
    };
    const text = `${JSON.stringify(manifest, null, 1)}\n`;
    const manifestSha256 = sha256Hex(text);
    await sink.write(manifestName, Buffer.from(text));
    await sink.write(manifestDigestName, Buffer.from(`${manifestSha256}  ${manifestName}\n`));
    await sink.finish();
    const bytes = sink.files().reduce((total, { size }) => total + size, 0);
    return { manifest, manifestSha256, bytes };
  } catch (error) {
    sink.abandon();
    return inWords(error);
  }
}

async function copyMemory(folder: string, sink: Sink): Promise<void> {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter(isMemory).toSorted())
    await sink.write(`${memoryFolder}/${name}`, readFileSync(join(folder, name)));
}

type DatabaseContent = Pick<Manifest, "postgres" | "migrations" | "log" | "tables" | "sequences">;

async function copyDatabase(options: BackUpOptions, sink: Sink): Promise<DatabaseContent> {
  const client = makeLongClient(options.databaseUrl);
  await client.connect();
  try {
    await client.query("begin transaction isolation level repeatable read, read only");
    // Names, and what is printed of values, must not depend on the role's settings.
    await client.query(
      "set local search_path = pg_catalog; set local datestyle = 'ISO'; set local timezone = 'UTC'; set local extra_float_digits = 1; set local bytea_output = 'hex'; set local intervalstyle = 'postgres'; set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0",
    );
    const facts = await readFacts(client);
    const tables: TableContent[] = [];
    for (const table of await readTables(client)) {
      options.onProgress?.(table.name);
      const isLeftOut = options.keys === "none" && keyTables.has(table.name);
      tables.push(isLeftOut ? empty(table) : await copyTable(client, table, sink));
    }
    // Read last: a sequence is not part of the snapshot, and must not be behind any row.
    const sequences: Manifest["sequences"] = [];
    for (const name of await readSequences(client)) {
      const { rows } = await client.query<{ last: string; called: boolean }>(
        `select last_value::text as last, is_called as called from ${quoted(name)}`,
      );
      sequences.push({ name, last: rows[0]?.last ?? "1", called: rows[0]?.called ?? false });
    }
    return { ...facts, tables, sequences };
  } finally {
    await client.end().catch(() => {});
  }
}

const empty = ({ name, columns }: Table): TableContent => ({
  name,
  columns: [...columns],
  rows: 0,
  files: [],
});

async function readFacts(
  client: pg.Client,
): Promise<Pick<Manifest, "postgres" | "migrations" | "log">> {
  const { rows: found } = await client.query<{ there: boolean }>(
    "select to_regclass('public._prisma_migrations') is not null and to_regclass('tlog.head') is not null as there",
  );
  if (!found[0]?.there) throw new BackupError("The database is not one of Chancery.");
  const { rows: migrations } = await client.query<{ name: string }>(
    "select migration_name as name from public._prisma_migrations where finished_at is not null and rolled_back_at is null group by 1 order by 1",
  );
  const {
    rows: [row],
  } = await client.query<{
    version: string;
    size: string;
    origin: string | null;
    known: string[];
    checkpoint: string | null;
    root: string | null;
  }>(`select current_setting('server_version') as version, h.size::text as size, l.origin,
      array(select origin from tlog.log union select unnest(left_behind) from tlog.log order by 1) as known, c.size::text as checkpoint, encode(c.root, 'hex') as root
    from tlog.head h
    left join lateral (select generation, origin from tlog.log order by generation desc limit 1) l on true
    left join lateral (select size, root from tlog.checkpoint where generation = l.generation order by size desc limit 1) c on true`);
  if (!row) throw new BackupError("The database is incomplete: tlog.head has no row.");
  const { version, size, origin, known, checkpoint, root } = row;
  return {
    postgres: version,
    migrations: migrations.map(({ name }) => name),
    log:
      origin === null
        ? null
        : {
            origin,
            known,
            entries: Number(size),
            checkpoint: root === null ? null : { size: Number(checkpoint), rootHex: root },
          },
  };
}

/** Copies the rows of a table in parts that fit into memory. */
async function copyTable(client: pg.Client, table: Table, sink: Sink): Promise<TableContent> {
  const files: string[] = [];
  const part = Buffer.allocUnsafe(partBytes);
  let used = 0;
  const writePart = async (bytes: Buffer): Promise<void> => {
    const path = `tables/${table.name}.${String(files.length + 1).padStart(6, "0")}.copy.gz`;
    files.push(path);
    await sink.write(path, await compress(bytes, { level: 1 }));
  };
  // Rows that had arrived before the server was told to wait are taken while a part is written.
  let writing: Promise<void> | null = null;
  const flush = (next: Buffer | null): Promise<void> => {
    const full = Buffer.from(part.subarray(0, used));
    used = 0;
    const own = (writing ?? Promise.resolve())
      .then(() => (full.length > 0 ? writePart(full) : undefined))
      .then(() => (next === null ? undefined : writePart(next)));
    writing = own;
    return own;
  };
  const take = (row: Buffer): Promise<void> | null => {
    if (row.length > partBytes) return flush(Buffer.from(row));
    const busy = used + row.length > partBytes ? flush(null) : null;
    used += row.copy(part, used);
    return busy;
  };
  const columns = table.columns.map(quoted).join(", ");
  const rows = await copyOut(
    client,
    `copy (select ${columns} from ${quoted(table.name)}) to stdout`,
    take,
  );
  await flush(null);
  return { ...table, columns: [...table.columns], rows, files };
}
