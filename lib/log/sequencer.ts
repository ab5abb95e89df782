import type { Database } from "@/lib/db/database";
import { gatherMs } from "./gather";
import {
  settled,
  startLeader,
  withClient,
  type LeadSession,
  type Queryable,
  type Running,
} from "./publish/leader";

export type { Running };
export type SequencerOptions = Readonly<{
  /** Told the log's new size after each batch, by the active sequencer only. */
  onAdvance?: (size: number) => void;
  /** Told what went wrong; the work goes on by itself. */
  onError?: (error: unknown) => void;
}>;
type Session = Pick<LeadSession, "over" | "rest">;

const SEQUENCE_BATCH = 5_000,
  SMALLEST_BATCH = 50,
  INDEX_BATCH = 500,
  TOOK_TOO_LONG = "57014";
const BUSY_TICK_MS = 20,
  IDLE_TICK_MS = 60,
  IDLE_AFTER = 50,
  AFTER_ERROR_MS = 500;
/** Far within the second in which everything is found. */
const LONGEST_GATHER_MS = 200;

/**
 * Moves committed entries into the log, in order and without gaps, and indexes them; publishes nothing (startLogPipeline does both). Run one
 * in every node: an advisory lock keeps one active, the others take over within seconds when it goes away. A lost connection is opened again.
 */
export function startSequencer(db: Database, options: SequencerOptions = {}): Running {
  const lead = async (session: LeadSession): Promise<void> => {
    const indexing = indexAlong(db, session, options);
    try {
      await sequenceAlong(session.client, session, options.onAdvance);
    } finally {
      await settled([indexing]);
    }
  };
  return startLeader(db, { lead, ...(options.onError ? { onError: options.onError } : {}) });
}

/** Numbers what is committed, over the connection that holds the lock, until the session is over. Throws when that connection fails. */
export async function sequenceAlong(
  client: Queryable,
  session: Session,
  onAdvance?: (size: number) => void,
): Promise<void> {
  let most = SEQUENCE_BATCH,
    reached = 0;
  await advance(
    session,
    async () => {
      try {
        reached = await batch(client, "sequence_batch", most);
        most = Math.min(most * 2, SEQUENCE_BATCH);
      } catch (error) {
        // Longest entries on a slow disk: a batch that takes too long for the connection's limit is tried again as a smaller one.
        if ((error as { code?: unknown }).code !== TOOK_TOO_LONG || most <= SMALLEST_BATCH)
          throw error;
        most = Math.max(SMALLEST_BATCH, Math.floor(most / 4));
      }
      return reached;
    },
    onAdvance,
  );
}

/** Indexing is slower than numbering and has a connection of its own, so that a burst is numbered at once and indexed as it goes. */
export async function indexAlong(
  db: Database,
  session: Session,
  { onError }: Pick<SequencerOptions, "onError">,
): Promise<void> {
  while (!session.over.aborted) {
    try {
      await withClient(db, (client) =>
        advance(
          session,
          () => batch(client, "index_batch", INDEX_BATCH),
          undefined,
          (moved) => gatherMs(moved, INDEX_BATCH, LONGEST_GATHER_MS),
        ),
      );
    } catch (error) {
      if (!session.over.aborted) onError?.(error);
      await session.rest(AFTER_ERROR_MS);
    }
  }
}

/** Calls `step` as fast as it gets anywhere, but for what it is told to rest after so many; and rests longer the longer nothing happens. */
async function advance(
  { over, rest }: Session,
  step: () => Promise<number>,
  onAdvance?: (size: number) => void,
  restAfter?: (moved: number) => number,
): Promise<void> {
  let reached: number | null = null,
    idle = 0;
  while (!over.aborted) {
    const now = await step();
    const moved = reached !== null && now !== reached;
    if (moved || reached === null) onAdvance?.(now);
    idle = moved ? 0 : idle + 1;
    const pause =
      idle === 0
        ? (restAfter?.(now - (reached ?? now)) ?? 0)
        : idle > IDLE_AFTER
          ? IDLE_TICK_MS
          : BUSY_TICK_MS;
    reached = now;
    if (pause > 0) await rest(pause);
  }
}

async function batch(
  client: Queryable,
  step: "sequence_batch" | "index_batch",
  most: number,
): Promise<number> {
  const { rows } = await client.query<{ reached: string }>({
    name: step,
    text: `select tlog.${step}($1) as reached`,
    values: [most],
  });
  return Number(rows[0]?.reached ?? 0);
}
