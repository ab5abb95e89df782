import type { Database } from "@/lib/db/database";

/** One log as the door shows it: the newest checkpoint that was published, and how far its tiles may be shown. */
export type PublishedLog = Readonly<{
  generation: number;
  /** The last part of its origin, eight hexadecimal digits. */
  id: string;
  origin: string;
  vkey: string;
  /** Null before its first checkpoint. */
  note: string | null;
  /** Entries under that checkpoint that are there: of a log that was continued elsewhere, those before its continuation. */
  size: number;
}>;

export type Published = Readonly<{
  /** All logs, the newest first; at most `freshMs` old, or read anew if the newest has fewer entries than `atLeast`. */
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
 * Reads what is published, for everybody who asks within `freshMs` only once. While the database is away it goes on with what it read last,
 * which is still true: a published checkpoint does not stop being one. Throws if it never read anything.
 */
export function makePublished(
  db: Pick<Database, "pool">,
  now: () => number,
  freshMs = 200,
): Published {
  let last: { at: number; logs: readonly PublishedLog[] } | null = null,
    coming: Promise<readonly PublishedLog[]> | null = null;
  const read = async (): Promise<readonly PublishedLog[]> => {
    const { rows } = await db.pool.query<Row>(sql);
    last = { at: now(), logs: rows.map((row, at) => logOf(row, rows[at - 1])) };
    return last.logs;
  };
  const readOnce = (): Promise<readonly PublishedLog[]> =>
    (coming ??= read().finally(() => {
      coming = null;
    }));
  return {
    logs: async (atLeast = 0) => {
      const age = last === null ? Infinity : now() - last.at,
        isShort = last !== null && (last.logs[0]?.size ?? 0) < atLeast;
      // Whoever asks for what is not there yet does not decide how often the database is asked.
      if (last !== null && (age < freshMs / 8 || (age < freshMs && !isShort))) return last.logs;
      try {
        return await readOnce();
      } catch (error) {
        if (last === null) throw error;
        return last.logs;
      }
    },
  };
}

function logOf({ generation, origin, vkey, size, note }: Row, next: Row | undefined): PublishedLog {
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
