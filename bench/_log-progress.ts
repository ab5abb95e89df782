import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "@/lib/db/database";

export type LogProgress = Readonly<{
  /** Numbered entries, and how many of them the tree and the index have. */
  size: number;
  tree: number;
  indexed: number;
  /** Committed entries that are not numbered yet. */
  backlog: number;
}>;

export async function readProgress({ pool }: Pick<Database, "pool">): Promise<LogProgress> {
  const { rows } = await pool.query<Record<string, string>>(
    "select h.size, t.size as tree, i.upto as indexed, tlog.inbox_backlog() as backlog from tlog.head h, tlog.tree t, tlog.indexed i",
  );
  const { size, tree, indexed, backlog } = rows[0] ?? {};
  return {
    size: Number(size),
    tree: Number(tree),
    indexed: Number(indexed),
    backlog: Number(backlog),
  };
}

/** Waits until everything is numbered, in the tree and indexed. */
export async function untilSettled(db: Pick<Database, "pool">): Promise<void> {
  for (;;) {
    const { size, tree, indexed, backlog } = await readProgress(db);
    if (backlog === 0 && tree === size && indexed === size) return;
    await pause(200);
  }
}
