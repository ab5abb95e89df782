import {
  ownLeftOut,
  stateConditions,
  successorConditions,
} from "@/lib/certificates/certificate-state-repository";
import type { SuccessorState } from "@/lib/certificates/schema";
import type { Database } from "@/lib/db/database";
import { factRun } from "@/lib/log/pure/search-tokens";
import { countByTime } from "@/lib/log/segments/count-by-time";
import { endOfLog } from "@/lib/log/segments/find-entries";

type Db = Pick<Database, "pool">;
export type WeekCount = Readonly<{ week: number; successor: SuccessorState; count: number }>;

const { valid } = stateConditions("$1");
const { issued, automatic } = successorConditions;

/**
 * Valid certificates, without Chancery's own, by the week of their expiration, counted from `start`,
 * and by their successor: by the same conditions as the list. Those that expire in week `weeks` or
 * later are counted there.
 */
export async function countExpirations(
  { pool }: Db,
  { now, start, weeks }: Readonly<{ now: Date; start: Date; weeks: number }>,
): Promise<WeekCount[]> {
  const { rows } = await pool.query<WeekCount>({
    name: "overview_expirations",
    values: [now, start, weeks],
    // Week by week, each a range of an index: grouped by a computed week, all of them would be sorted.
    text: `select week, successor, count from generate_series(0, $3::int) week,
      lateral (select count(*) filter (where ${automatic})::int as automatic, count(*) filter (where not (${automatic}) and ${issued})::int as issued, count(*)::int as all_of_them
        from certificate c where ${valid} and ${ownLeftOut} and c.not_after >= $2::timestamptz + week * interval '7 days'
          and c.not_after < case when week = $3 then 'infinity' else $2::timestamptz + (week + 1) * interval '7 days' end) counted,
      lateral (values ('automatic', automatic), ('issued', issued), ('none', all_of_them - automatic - issued)) each (successor, count)
      where count > 0`,
  });
  return rows;
}

/** Denied entries per UTC day since then, as the audit list counts them: without reads. */
export async function countDenied(db: Db, since: Date): Promise<ReadonlyMap<string, number>> {
  const denied = [factRun("outcome", "denied")];
  const search = {
    all: [denied, [factRun("kind", "a")]],
    low: 0,
    high: endOfLog,
    fromMs: since.getTime(),
  };
  const found = await countByTime(
    db,
    search,
    [denied],
    () => (ms) => new Date(ms).toISOString().slice(0, 10),
  );
  return new Map([...(found?.counts ?? [])].map(([day, [count = 0]]) => [day, count]));
}
