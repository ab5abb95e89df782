import type { Database } from "@/lib/db/database";
import type { Halt, OpenLog } from "./types";

type Queryable = Pick<Database["pool"], "query">;
type Db = Readonly<{ pool: Queryable }>;

/** Every log of the chain, the newest first. */
export async function readLogs({ pool }: Db): Promise<OpenLog[]> {
  const { rows } = await pool.query<Omit<OpenLog, "startSize"> & { startSize: string }>(
    `select generation, origin, vkey, start_size as "startSize", previous_note as "previousNote", left_behind as "leftBehind" from tlog.log order by generation desc`,
  );
  return rows.map((row) => ({ ...row, startSize: Number(row.startSize) }));
}

/** How large the log is, and why it stands still if it does. */
export async function readHead({
  pool,
}: Db): Promise<Readonly<{ size: number; halted: Halt | null }>> {
  const {
    rows: [row],
  } = await pool.query<{ size: string; halted: Halt | null }>("select size, halted from tlog.head");
  return { size: Number(row?.size ?? 0), halted: row?.halted ?? null };
}

/** Where the tree ends. */
export async function readTree({ pool }: Db): Promise<Readonly<{ size: number; edge: Buffer[] }>> {
  const {
    rows: [row],
  } = await pool.query<{ size: string; edge: Buffer[] }>("select size, edge from tlog.tree");
  return { size: Number(row?.size ?? 0), edge: row?.edge ?? [] };
}

/** The leaf hashes of entries `from` to `to - 1`, one after another; shorter if entries are missing. As one value they cost a tenth of rows. */
export async function readLeafHashes({ pool }: Db, from: number, to: number): Promise<Buffer> {
  const {
    rows: [row],
  } = await pool.query<{ hashes: Buffer | null }>({
    name: "log-leaves",
    text: "select string_agg(leaf_hash, ''::bytea order by seq) as hashes from tlog.entry where seq >= $1 and seq < $2",
    values: [from, to],
  });
  return row?.hashes ?? Buffer.alloc(0);
}

export type Growth = Readonly<{
  from: number;
  to: number;
  edge: readonly Uint8Array[];
  tiles: readonly Readonly<{ level: number; index: number; hashes: Uint8Array }>[];
}>;

/** Stores what the tree grew by. Fails with 40001 if it does not end at `from` any more. */
export async function growTree({ pool }: Db, { from, to, edge, tiles }: Growth): Promise<void> {
  await pool.query({
    name: "log-grow",
    text: "select tlog.grow_tree($1, $2, $3::bytea[], $4::int[], $5::bigint[], $6::bytea[])",
    values: [
      from,
      to,
      edge.map(asBuffer),
      tiles.map(({ level }) => level),
      tiles.map(({ index }) => index),
      tiles.map(({ hashes }) => asBuffer(hashes)),
    ],
  });
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

type Signed = Readonly<{ generation: number; size: number; root: Uint8Array; note: string }>;

/** Keeps a signed checkpoint; it is not published yet. Again is no error. */
export async function addCheckpoint(
  { pool }: Db,
  { generation, size, root, note }: Signed,
): Promise<void> {
  await pool.query({
    name: "log-checkpoint",
    text: "select tlog.add_checkpoint($1, $2, $3, $4)",
    values: [generation, size, asBuffer(root), note],
  });
}

/** Publishes a checkpoint with the cosignatures that it got, and keeps each of them. Again changes nothing. */
export async function publishCheckpoint(
  { pool }: Db,
  { generation, size, root, note }: Signed,
  lines: readonly Readonly<{ witness: string; line: string }>[],
): Promise<void> {
  for (const { witness, line } of lines)
    await pool.query("select tlog.add_cosignature($1, $2, $3, $4)", [
      generation,
      size,
      witness,
      line,
    ]);
  await pool.query({
    name: "log-publish",
    text: "select tlog.add_checkpoint($1, $2, $3, $4), tlog.publish_checkpoint($1, $2, $5)",
    values: [generation, size, asBuffer(root), note, note + lines.map(({ line }) => line).join("")],
  });
}

/** The size of the newest published checkpoint of that log; 0 before the first. */
export async function publishedSize({ pool }: Db, generation: number): Promise<number> {
  const {
    rows: [row],
  } = await pool.query<{ size: string | null }>(
    "select max(size) as size from tlog.checkpoint where generation = $1 and published_at is not null",
    [generation],
  );
  return Number(row?.size ?? 0);
}

/** The newest checkpoints of that log with at most so many entries, the largest first. */
export async function checkpointsUpTo(
  { pool }: Db,
  generation: number,
  size: number,
  most: number,
): Promise<{ size: number; note: string }[]> {
  const { rows } = await pool.query<{ size: string; note: string }>(
    "select size, note from tlog.checkpoint where generation = $1 and size <= $2 order by size desc limit $3",
    [generation, size, most],
  );
  return rows.map((row) => ({ ...row, size: Number(row.size) }));
}

/** Halts if nothing is halted yet, and says whether it did. In the transaction of its entry. */
export async function haltHead(
  tx: Readonly<{
    $queryRaw: (text: TemplateStringsArray, ...values: unknown[]) => Promise<unknown>;
  }>,
  halt: Halt,
): Promise<boolean> {
  const rows = (await tx.$queryRaw`select tlog.halt(${JSON.stringify(halt)}::jsonb) as done`) as {
    done: boolean;
  }[];
  return rows[0]?.done ?? false;
}

export type NewLog = Readonly<{
  origin: string;
  vkey: string;
  publicKey: Uint8Array;
  sealed: Uint8Array;
  previousNote: string;
  leftBehind: readonly string[];
  /** How many entries are kept. */
  size: number;
  /** The new log's first entry, which gets the number `size`. */
  entry: Uint8Array;
}>;

/** Ends the halt with a new log; returns its generation. Fails with 55000 if nothing is halted, with 40001 if the log has another size. */
export async function insertContinuation({ pool }: Db, log: NewLog): Promise<number> {
  const {
    rows: [row],
  } = await pool.query<{ generation: number }>(
    "select tlog.continue_log($1, $2, $3, $4, $5, $6::text[], $7, $8) as generation",
    [
      log.origin,
      log.vkey,
      asBuffer(log.publicKey),
      asBuffer(log.sealed),
      log.previousNote,
      [...log.leftBehind],
      log.size,
      asBuffer(log.entry),
    ],
  );
  return row?.generation ?? 0;
}
