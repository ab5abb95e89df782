import type { Deps } from "@/lib/runtime/deps";
import type { HaltView } from "@/lib/log/view-types";

/** How far each stage of the log's pipeline has come. */
export type PipelineProgress = Readonly<{
  size: number;
  treeSize: number;
  backlog: number;
  /** Of the newest log's newest published checkpoint; 0 and null before the first. */
  checkpointSize: number;
  publishedAt: Date | null;
  /** When the oldest entry without a published checkpoint was numbered; null if there is none. */
  waitingSince: Date | null;
  halted: HaltView | null;
  witnesses: readonly Readonly<{ name: string; size: number | null; failing: boolean }>[];
}>;

type Row = {
  size: string;
  tree_size: string;
  backlog: string;
  checkpoint_size: string | null;
  published_at: Date | null;
  waiting_since: Date | null;
  halted: HaltView | null;
};

const sql = {
  name: "log-publishing",
  text: `select h.size, t.size as tree_size, tlog.inbox_backlog() as backlog, c.size as checkpoint_size, c.published_at, h.halted,
      (select sequenced_at from tlog.entry where seq = coalesce(c.size, 0)) as waiting_since
    from tlog.head h cross join tlog.tree t
    left join lateral (select size, published_at from tlog.checkpoint where published_at is not null and generation = (select max(generation) from tlog.log) order by size desc limit 1) c on true`,
} as const;

/** Reads the progress from the database, so any process may call it, leader or not. */
export async function readPipelineProgress({ db }: Pick<Deps, "db">): Promise<PipelineProgress> {
  const [
    {
      rows: [row],
    },
    { rows: witnesses },
  ] = await Promise.all([
    db.pool.query<Row>(sql),
    db.pool.query<{ name: string; size: string | null; failing: boolean }>(
      "select name, size, error is not null as failing from tlog.witness order by name",
    ),
  ]);
  return {
    size: Number(row?.size ?? 0),
    treeSize: Number(row?.tree_size ?? 0),
    backlog: Number(row?.backlog ?? 0),
    checkpointSize: Number(row?.checkpoint_size ?? 0),
    publishedAt: row?.published_at ?? null,
    waitingSince: row?.waiting_since ?? null,
    halted: row?.halted ?? null,
    witnesses: witnesses.map(({ name, size, failing }) => ({
      name,
      size: size === null ? null : Number(size),
      failing,
    })),
  };
}
