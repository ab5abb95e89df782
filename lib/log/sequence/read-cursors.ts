import type { CursorName } from "@/lib/log/readers";
import type { Database } from "@/lib/runtime/deps";

/** How far a reader is, and how far it should come. */
export type CursorState = Readonly<{ at: number; end: number }>;
/** The cursors that are in the database, whichever process moves them. */
export type StoredCursors = Readonly<Record<Exclude<CursorName, "status">, CursorState>>;

/**
 * Reads all cursors in one statement. Nothing waits while the log is halted: numbering stops then,
 * which has its own alarm.
 */
export async function readCursors({
  pool,
}: Pick<Database, "pool">): Promise<Readonly<{ size: number; cursors: StoredCursors }>> {
  const { rows } = await pool.query<{
    size: string;
    waits: boolean;
    indexed: string;
    tree: string;
    alerts: string | null;
  }>({
    name: "log-cursors",
    text: `select h.size, h.halted is null and tlog.inbox_newest() > 0 as waits, i.upto as indexed, t.size as tree,
      (select upto from custody.cursor where name = 'alerts') as alerts from tlog.head h, tlog.indexed i, tlog.tree t`,
  });
  const [row] = rows;
  if (row === undefined) throw new Error("tlog.head, tlog.indexed or tlog.tree is empty.");
  const size = Number(row.size);
  const state = (at: string | null): CursorState => ({ at: Number(at ?? 0), end: size });
  return {
    size,
    cursors: {
      numbering: { at: size, end: row.waits ? size + 1 : size },
      index: state(row.indexed),
      tree: state(row.tree),
      alerts: state(row.alerts),
    },
  };
}
