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
    text: `select least(floor(extract(epoch from c.not_after - $2::timestamptz) / 604800), $3)::int as week,
      case when ${automatic} then 'automatic' when ${issued} then 'issued' else 'none' end as successor, count(*)::int as count
      from certificate c where ${valid} and ${ownLeftOut} group by 1, 2`,
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
