import type { Database, Deps } from "@/lib/runtime/deps";

/** A log as the gateway serves it: its newest published checkpoint, and how far its tiles go. */
export type PublishedLog = Readonly<{
  generation: number;
  /** The last part of its origin: eight hexadecimal digits. */
  id: string;
  origin: string;
  vkey: string;
  /** Null before its first checkpoint. */
  note: string | null;
  /**
   * How many entries under that checkpoint can be served: all of them, or those before the
   * continuation if the log was continued under a new name.
   */
  size: number;
}>;

export type PublishedLogCache = Readonly<{
  /**
   * All logs, newest first, at most `maxAgeMs` old. Reads them again earlier if the newest log has
   * fewer than `atLeast` entries.
   */
  logs: (atLeast?: number) => Promise<readonly PublishedLog[]>;
}>;

type Row = {
  generation: number;
  origin: string;
  vkey: string;
  start_size: string;
  size: string | null;
  note: string | null;
};

const sql = {
  name: "log-published",
  text: `select l.generation, l.origin, l.vkey, l.start_size, c.size, c.note from tlog.log l
    left join lateral (select size, note from tlog.checkpoint where generation = l.generation and published_at is not null order by size desc limit 1) c on true
    order by l.generation desc`,
} as const;

/**
 * Caches the published logs for `maxAgeMs`; concurrent callers share one query. While the database
 * is unreachable it serves the last result, which stays valid: a published checkpoint is never
 * withdrawn. Throws if nothing was ever read.
 */
export function makePublishedLogCache(
  db: Pick<Database, "pool">,
  now: () => number,
  maxAgeMs = 200,
): PublishedLogCache {
  let last: { at: number; logs: readonly PublishedLog[] } | null = null;
  let pending: Promise<readonly PublishedLog[]> | null = null;
  const read = async (): Promise<readonly PublishedLog[]> => {
    const { rows } = await db.pool.query<Row>(sql);
    last = { at: now(), logs: rows.map((row, at) => toPublishedLog(row, rows[at - 1])) };
    return last.logs;
  };
  const readOnce = (): Promise<readonly PublishedLog[]> =>
    (pending ??= read().finally(() => {
      pending = null;
    }));
  return {
    logs: async (atLeast = 0) => {
      const age = last === null ? Infinity : now() - last.at;
      const isTooSmall = last !== null && (last.logs[0]?.size ?? 0) < atLeast;
      // Requests for entries that do not exist yet must not decide how often the database is read.
      if (last !== null && (age < maxAgeMs / 8 || (age < maxAgeMs && !isTooSmall)))
        return last.logs;
      try {
        return await readOnce();
      } catch (error) {
        if (last === null) throw error;
        return last.logs;
      }
    },
  };
}

/** The published logs of a process, at most 200 ms old. */
export const openPublishedLogs = ({
  db,
  clock,
}: Pick<Deps, "clock"> & { db: Pick<Database, "pool"> }): PublishedLogCache =>
  makePublishedLogCache(db, () => clock.now().getTime());

function toPublishedLog(
  { generation, origin, vkey, size, note }: Row,
  next: Row | undefined,
): PublishedLog {
  const covered = Number(size ?? 0);
  return {
    generation,
    id: origin.slice(-8),
    origin,
    vkey,
    note,
    size: next === undefined ? covered : Math.min(covered, Number(next.start_size)),
  };
}
