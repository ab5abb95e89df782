import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { EntryHistogram, EntryQuery, HistogramStep } from "@/lib/log/schema";
import { awaitIndexed } from "@/lib/log/sequence/await-indexed";
import type { Deps } from "@/lib/runtime/deps";
import { countByTime, findTimeSpan } from "./count-by-time";
import { parseFilter } from "./filter";
import { findTimeRange } from "./search-entries";
import { chooseTimeSteps } from "./time-steps";

/**
 * Counts the entries that match all filters over their time, by outcome, in at most 60 steps that
 * cover the times asked for, or those of the first and last match. Needs audit.read. Throws AppError
 * `audit.query`.
 */
export async function getEntryHistogram(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  query: EntryQuery,
): Promise<EntryHistogram> {
  authorize(actor, "audit.read");
  const filter = parseFilter(query);
  const { indexedTo } = await awaitIndexed(deps.db);
  const range = await findTimeRange(deps.db, filter, indexedTo);
  const span = await findTimeSpan(deps.db, filter, range);
  if (span === null) return { stepMs: 0, steps: [], indexedTo };
  const first = filter.from?.getTime() ?? span.first;
  // An end in the future would leave most of the steps empty.
  const last = Math.max(
    span.last,
    Math.min((filter.until?.getTime() ?? span.last + 1) - 1, deps.clock.now().getTime()),
  );
  const { start, stepMs, count } = chooseTimeSteps(Math.min(first, span.first), last);
  const steps: HistogramStep[] = Array.from({ length: count }, (_, n) => ({
    from: new Date(start + n * stepMs).toISOString(),
    success: 0,
    denied: 0,
    failure: 0,
  }));
  for (const found of await countByTime(deps.db, filter, range, { start, stepMs, count })) {
    const step = steps[found.step];
    if (step && found.outcome in step)
      steps[found.step] = { ...step, [found.outcome]: found.count };
  }
  return { stepMs, steps, indexedTo };
}
