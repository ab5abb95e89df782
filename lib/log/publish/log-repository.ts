import type { Database } from "@/lib/db/database";
import type { Halt, LogIdentity } from "./types";

type Queryable = Pick<Database["pool"], "query">;
type Db = Readonly<{ pool: Queryable }>;

/** Every log in the chain of continuations, newest first. */
export async function readLogs({ pool }: Db): Promise<LogIdentity[]> {
  const { rows } = await pool.query<Omit<LogIdentity, "startSize"> & { startSize: string }>(
    `select generation, origin, vkey, start_size as "startSize", previous_note as "previousNote", left_behind as "leftBehind" from tlog.log order by generation desc`,
  );
  return rows.map((row) => ({ ...row, startSize: Number(row.startSize) }));
}

/** The size of the log, and why it is halted; null if it is not. */
export async function readHead({
  pool,
}: Db): Promise<Readonly<{ size: number; halted: Halt | null }>> {
  const {
    rows: [row],
  } = await pool.query<{ size: string; halted: Halt | null }>("select size, halted from tlog.head");
  return { size: Number(row?.size ?? 0), halted: row?.halted ?? null };
}

/** The size of the stored tree and its right edge. */
export async function readTree({ pool }: Db): Promise<Readonly<{ size: number; edge: Buffer[] }>> {
  const {
    rows: [row],
  } = await pool.query<{ size: string; edge: Buffer[] }>("select size, edge from tlog.tree");
  return { size: Number(row?.size ?? 0), edge: row?.edge ?? [] };
}

/**
 * The leaf hashes of entries `from` to `to - 1`, concatenated; shorter if entries are missing. One
 * value costs a tenth of as many rows.
 */
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

/** Stores the tree's growth. Fails with SQLSTATE 40001 if the tree no longer ends at `from`. */
export async function growTree({ pool }: Db, { from, to, edge, tiles }: Growth): Promise<void> {
  await pool.query({
    name: "log-grow",
    text: "select tlog.grow_tree($1, $2, $3::bytea[], $4::int[], $5::bigint[], $6::bytea[])",
    values: [
      from,
      to,
      edge.map(toBuffer),
      tiles.map(({ level }) => level),
      tiles.map(({ index }) => index),
      tiles.map(({ hashes }) => toBuffer(hashes)),
    ],
  });
}

const toBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

type SignedCheckpoint = Readonly<{
  generation: number;
  size: number;
  root: Uint8Array;
  note: string;
}>;

/** Stores a signed checkpoint without publishing it. Idempotent. */
export async function addCheckpoint(
  { pool }: Db,
  { generation, size, root, note }: SignedCheckpoint,
): Promise<void> {
  await pool.query({
    name: "log-checkpoint",
    text: "select tlog.add_checkpoint($1, $2, $3, $4)",
    values: [generation, size, toBuffer(root), note],
  });
}

/** Publishes a checkpoint with its cosignatures, and stores each of them. Idempotent. */
export async function publishCheckpoint(
  { pool }: Db,
  { generation, size, root, note }: SignedCheckpoint,
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
    values: [generation, size, toBuffer(root), note, note + lines.map(({ line }) => line).join("")],
  });
}

/** The size of that log's newest published checkpoint; 0 before the first. */
export async function readPublishedSize({ pool }: Db, generation: number): Promise<number> {
  const {
    rows: [row],
  } = await pool.query<{ size: string | null }>(
    "select max(size) as size from tlog.checkpoint where generation = $1 and published_at is not null",
    [generation],
  );
  return Number(row?.size ?? 0);
}

/** That log's checkpoints of at most `size` entries, largest first, at most `limit` of them. */
export async function listCheckpointsUpTo(
  { pool }: Db,
  generation: number,
  size: number,
  limit: number,
): Promise<{ size: number; note: string }[]> {
  const { rows } = await pool.query<{ size: string; note: string }>(
    "select size, note from tlog.checkpoint where generation = $1 and size <= $2 order by size desc limit $3",
    [generation, size, limit],
  );
  return rows.map((row) => ({ ...row, size: Number(row.size) }));
}

/** Halts the log in the transaction of its entry. False if it was halted already. */
export async function insertHalt(
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

export type LogContinuation = Readonly<{
  /** The origin that the signer made a key for. */
  origin: string;
  previousNote: string;
  leftBehind: readonly string[];
  /** How many entries the new log keeps. */
  size: number;
  /** The new log's first own entry; its number is `size`. */
  entry: Uint8Array;
}>;

/**
 * Ends the halt by inserting a new log; returns its generation. Fails with SQLSTATE 55000 if the
 * log is not halted, and with 40001 if its size is different.
 */
export async function insertContinuation({ pool }: Db, log: LogContinuation): Promise<number> {
  const {
    rows: [row],
  } = await pool.query<{ generation: number }>(
    "select tlog.continue_log($1, $2, $3::text[], $4, $5) as generation",
    [log.origin, log.previousNote, [...log.leftBehind], log.size, toBuffer(log.entry)],
  );
  return row?.generation ?? 0;
}
