import { setTimeout as pause } from "node:timers/promises";
import type { Database, PoolClient } from "@/lib/db/database";

export type Running = Readonly<{ stop: () => Promise<void> }>;
export type SequencerOptions = Readonly<{
  /** Told the log's new size after each batch, by the active sequencer only. */
  onAdvance?: (size: number) => void;
  /** Told what went wrong; the work goes on by itself. */
  onError?: (error: unknown) => void;
}>;

/** Any number that no other advisory lock uses: "chancery" and "log", in digits. */
const LOCK = 24_262_379_564n;
const SEQUENCE_BATCH = 5_000, INDEX_BATCH = 500;
const BUSY_TICK_MS = 20, IDLE_TICK_MS = 90, IDLE_AFTER = 50, FOLLOWER_TICK_MS = 1_000, AFTER_ERROR_MS = 500;

/**
 * Moves committed entries into the log, in order and without gaps, and indexes them. Run one in every node: an advisory lock keeps one
 * active, the others take over within a second when it goes away. A lost connection is opened again.
 */
export function startSequencer(db: Database, options: SequencerOptions = {}): Running {
  const stopping = new AbortController();
  const rest = (ms: number): Promise<void> => pause(ms, undefined, { signal: stopping.signal }).catch(() => {});
  const stopped = keepTrying(db, stopping.signal, rest, options);
  return { stop: async () => { stopping.abort(); await stopped; } };
}

type Rest = (ms: number) => Promise<void>;

async function keepTrying(db: Database, signal: AbortSignal, rest: Rest, options: SequencerOptions): Promise<void> {
  while (!signal.aborted) {
    try {
      await withClient(db, (client) => leadWhenAlone(db, client, signal, rest, options));
    } catch (error) {
      if (!signal.aborted) options.onError?.(error);
      await rest(AFTER_ERROR_MS);
    }
  }
}

/** The connection is thrown away afterwards, and with it the lock. */
async function withClient(db: Database, use: (client: PoolClient) => Promise<void>): Promise<void> {
  const client = await db.pool.connect();
  const quiet = (): void => {};
  client.on("error", quiet);
  try {
    await use(client);
  } finally {
    client.off("error", quiet);
    client.release(true);
  }
}

async function leadWhenAlone(db: Database, client: PoolClient, signal: AbortSignal, rest: Rest, options: SequencerOptions): Promise<void> {
  while (!signal.aborted) {
    const { rows } = await client.query<{ alone: boolean }>("select pg_try_advisory_lock($1) as alone", [LOCK]);
    if (rows[0]?.alone) break;
    await rest(FOLLOWER_TICK_MS);
  }
  if (signal.aborted) return;
  // Indexing is slower than numbering and has a connection of its own, so that a burst is numbered at once and indexed as it goes.
  const leading = new AbortController();
  const over = AbortSignal.any([signal, leading.signal]);
  const indexing = indexAlong(db, over, rest, options);
  try {
    await advance(over, rest, () => batch(client, "sequence_batch", SEQUENCE_BATCH), options.onAdvance);
  } finally {
    leading.abort();
    await indexing;
  }
}

async function indexAlong(db: Database, over: AbortSignal, rest: Rest, options: SequencerOptions): Promise<void> {
  while (!over.aborted) {
    try {
      await withClient(db, (client) => advance(over, rest, () => batch(client, "index_batch", INDEX_BATCH)));
    } catch (error) {
      if (!over.aborted) options.onError?.(error);
      await rest(AFTER_ERROR_MS);
    }
  }
}

/** Calls `step` as fast as it gets anywhere, and rests longer the longer nothing happens. */
async function advance(over: AbortSignal, rest: Rest, step: () => Promise<number>, onAdvance?: (size: number) => void): Promise<void> {
  let reached: number | null = null, idle = 0;
  while (!over.aborted) {
    const now = await step();
    const moved = reached !== null && now !== reached;
    if (moved || reached === null) onAdvance?.(now);
    idle = moved ? 0 : idle + 1;
    reached = now;
    if (idle > 0) await rest(idle > IDLE_AFTER ? IDLE_TICK_MS : BUSY_TICK_MS);
  }
}

async function batch(client: PoolClient, step: "sequence_batch" | "index_batch", most: number): Promise<number> {
  const { rows } = await client.query<{ reached: string }>({ name: step, text: `select tlog.${step}($1) as reached`, values: [most] });
  return Number(rows[0]?.reached ?? 0);
}
