import type { Database } from "@/lib/runtime/deps";
import { runIndexer } from "@/lib/log/segments/indexer";
import { monotonicMs } from "@/lib/runtime/monotonic";
import {
  type LeaderSession,
  type Queryable,
  type Running,
  settleWithTimeout,
  startLeader,
} from "./leader";

export type { Running };
export type SequencerOptions = Readonly<{
  /** Called with the log's new size after each batch, by the active sequencer only. */
  onAdvance?: (size: number) => void;
  /** Called for errors; the sequencer retries by itself. */
  onError?: (error: unknown) => void;
}>;
type BatchSession = Pick<LeaderSession, "signal" | "sleep">;

const maxSequenceBatch = 5_000;
const minSequenceBatch = 50;
/** After so many the next ones are waiting already. */
const fullBatch = 500;
/** SQLSTATE of a statement that ran into statement_timeout. */
const queryCanceled = "57014";
const busyPollMs = 20;
const idlePollMs = 60;
const idleAfterPolls = 50;
/**
 * From the beginning of one batch to that of the next, unless the next waits in full: in a steady
 * stream a batch costs much more than another entry in it, here and for all who read the log.
 */
const minIntervalMs = 40;

/**
 * Moves committed entries into the log, in order and without gaps, and indexes them. It publishes
 * nothing: `startLogPipeline` does both. Every node runs one; an advisory lock keeps one active,
 * and another takes over within seconds. A lost connection is reopened.
 */
export function startSequencer(db: Database, options: SequencerOptions = {}): Running {
  const lead = async (session: LeaderSession): Promise<void> => {
    const indexing = runIndexer(db, session, options);
    try {
      await runSequencer(session.client, session, options.onAdvance);
    } finally {
      await settleWithTimeout([indexing]);
    }
  };
  return startLeader(db, { lead, ...(options.onError ? { onError: options.onError } : {}) });
}

/**
 * Numbers committed entries over the connection that holds the lock, until the session ends. Throws
 * when that connection fails.
 */
export async function runSequencer(
  client: Queryable,
  session: BatchSession,
  onAdvance?: (size: number) => void,
): Promise<void> {
  let batchSize = maxSequenceBatch;
  let reached = 0;
  const step = async (): Promise<number> => {
    try {
      reached = await runBatch(client, batchSize);
      batchSize = Math.min(batchSize * 2, maxSequenceBatch);
    } catch (error) {
      // Very large entries on a slow disk can exceed the statement timeout: retry a smaller batch.
      if ((error as { code?: unknown }).code !== queryCanceled || batchSize <= minSequenceBatch)
        throw error;
      batchSize = Math.max(minSequenceBatch, Math.floor(batchSize / 4));
    }
    return reached;
  };
  await runBatches(session, step, onAdvance);
}

/**
 * Repeats `step`, which returns how far it got: at short intervals while it makes progress, without
 * a pause while much is waiting, and at longer intervals when there is nothing to do.
 */
async function runBatches(
  { signal, sleep }: BatchSession,
  step: () => Promise<number>,
  onAdvance: ((size: number) => void) | undefined,
): Promise<void> {
  let reached: number | null = null;
  let idlePolls = 0;
  while (!signal.aborted) {
    const beganAt = monotonicMs();
    const now = await step();
    const added = reached === null ? 0 : now - reached;
    if (added > 0 || reached === null) onAdvance?.(now);
    idlePolls = added > 0 ? 0 : idlePolls + 1;
    reached = now;
    if (idlePolls > 0) await sleep(idlePolls > idleAfterPolls ? idlePollMs : busyPollMs);
    else if (added < fullBatch) {
      const leftMs = beganAt + minIntervalMs - monotonicMs();
      if (leftMs > 0) await sleep(leftMs);
    }
  }
}

/** Numbers one batch and returns the log's size afterwards. */
async function runBatch(client: Queryable, limit: number): Promise<number> {
  const { rows } = await client.query<{ reached: string }>({
    name: "sequence_batch",
    text: "select tlog.sequence_batch($1) as reached",
    values: [limit],
  });
  return Number(rows[0]?.reached ?? 0);
}
