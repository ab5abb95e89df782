import { systemActor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { newId } from "@/lib/ids";
import { awaitIndexed } from "./await-indexed";
import { recordEntry } from "./record";

type Row = { id: string; boot: string; missing: string; count: string };

/**
 * So many ranges fit into the text of an entry in any case; what is left comes with the next look. Sources take turns by whose they are (what
 * stands before the slash), so that who loses much in many runs keeps nobody else's loss from being told.
 */
const MOST_RANGES = 100,
  MOST_SOURCES = 20;

/**
 * Records, once, which numbers of which source never arrived. For one process at a time: what is reported is known by the index, so it waits
 * for the index and does nothing while that is behind. Returns how many gaps were recorded.
 */
export async function reportGaps(
  deps: Pick<Deps, "db" | "clock" | "random" | "source">,
): Promise<number> {
  if (!(await anyGap(deps))) return 0;
  const { size, indexedTo } = await awaitIndexed(deps.db);
  if (indexedTo < size) return 0;
  const { rows } = await deps.db.pool.query<Row>({
    name: "log-gaps",
    text: `select id, boot, tlog.say_ranges(new) as missing, tlog.count_ranges(new) as count from (
        select id, boot, (select range_agg(part) from (select part from unnest(missing - reported) as part order by part limit $1) as first) as new
        from tlog.source where not isempty(missing) and not isempty(missing - reported)
        order by row_number() over (partition by split_part(id, '/', 1) order by id, boot), id limit $2) as gaps`,
    values: [MOST_RANGES, MOST_SOURCES],
  });
  for (const { id, boot, missing, count } of rows) {
    await recordEntry(
      deps,
      systemActor("sources", newId("req", deps.clock.now(), deps.random.bytes)),
      {
        action: "source.gap",
        outcome: "failure",
        reason: `${count} ${count === "1" ? "entry" : "entries"} that ${id} committed never arrived in the log`,
        target: { kind: "source", id, label: id },
        details: { source: id, boot, missing, count: Number(count) },
      },
    );
  }
  return rows.length;
}

async function anyGap({ db }: Pick<Deps, "db">): Promise<boolean> {
  const { rows } = await db.pool.query({
    name: "log-any-gap",
    text: "select from tlog.source where not isempty(missing) and not isempty(missing - reported) limit 1",
  });
  return rows.length > 0;
}
