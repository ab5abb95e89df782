import { systemActor } from "@/lib/access/actor";
import type { Deps } from "@/lib/runtime/deps";
import { newId } from "@/lib/format/ids";
import { awaitIndexed } from "@/lib/log/sequence/await-indexed";
import { recordEntry } from "./record-entry";

type Row = { id: string; boot: string; missing: string; count: string };

/**
 * Limits per call, so that the text always fits into an entry; the rest follows with the next call.
 * Sources take turns by their owner (the part before the slash), so that one with many gaps does not
 * hold back the reports about others.
 */
const maxRanges = 100;
const maxSources = 20;

/**
 * Records each gap in the numbers of sources, once. Only one process may run it at a time: the index
 * knows what was reported, so it waits for the index and does nothing while that is behind. Returns
 * the number of gaps that were recorded.
 */
export async function reportGaps(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
): Promise<number> {
  if (!(await hasGaps(deps))) return 0;
  const { isComplete } = await awaitIndexed(deps.db);
  if (!isComplete) return 0;
  const { rows } = await deps.db.pool.query<Row>({
    name: "log-gaps",
    text: `select id, boot, tlog.say_ranges(new) as missing, tlog.count_ranges(new) as count from (
        select id, boot, (select range_agg(part) from (select part from unnest(missing - reported) as part order by part limit $1) as first) as new
        from tlog.source where not isempty(missing) and not isempty(missing - reported)
        order by row_number() over (partition by split_part(id, '/', 1) order by id, boot), id limit $2) as gaps`,
    values: [maxRanges, maxSources],
  });
  for (const { id, boot, missing, count } of rows) {
    await recordEntry(
      deps.recorder,
      systemActor("sources", newId("req", deps.clock.now(), deps.random.bytes)),
      {
        action: "source.gap",
        outcome: "failure",
        reason: `${count} ${count === "1" ? "entry" : "entries"} that ${id} committed ${count === "1" ? "is" : "are"} missing from the log`,
        target: { kind: "source", id, label: id },
        details: { source: id, boot, missing, count: Number(count) },
      },
    );
  }
  return rows.length;
}

async function hasGaps({ db }: Pick<Deps, "db">): Promise<boolean> {
  const { rows } = await db.pool.query({
    name: "log-any-gap",
    text: "select from tlog.source where not isempty(missing) and not isempty(missing - reported) limit 1",
  });
  return rows.length > 0;
}
