import type { Deps } from "@/lib/deps";
import type { AnchorView, LogState } from "../types-of-proof";

/** The row of tlog.work by which a process that anchors says that it does, and what is wrong at the moment. */
export const anchoringWork = "anchoring";

type Row = { origin: string; size: string; authority: string; stamped_at: Date };
export const anchorColumns = "l.origin, a.size, a.authority, a.stamped_at";
export const viewAnchor = ({
  origin,
  size,
  authority,
  stamped_at: stampedAt,
}: Row): AnchorView => ({
  origin,
  size: Number(size),
  authority,
  stampedAt: stampedAt.toISOString(),
});

/** How many time stamps there are, the last one, and whether an authority is set. */
export async function anchorState({ db }: Pick<Deps, "db">): Promise<LogState["anchors"]> {
  const [
    {
      rows: [count],
    },
    {
      rows: [last],
    },
    {
      rows: [work],
    },
  ] = await Promise.all([
    db.pool.query<{ count: string }>("select count(*) as count from tlog.anchor"),
    db.pool.query<Row>(
      `select ${anchorColumns} from tlog.anchor a join tlog.log l using (generation) order by a.generation desc, a.size desc limit 1`,
    ),
    db.pool.query<{ note: string }>(
      "select note from tlog.work where id = $1 and ended_at is null",
      [anchoringWork],
    ),
  ]);
  return {
    count: Number(count?.count ?? 0),
    last: last === undefined ? null : viewAnchor(last),
    configured: work !== undefined,
    problem: work === undefined || work.note === "" ? null : work.note,
  };
}
