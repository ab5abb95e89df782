import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { EntryHistogram, EntryQuery, HistogramStep } from "@/lib/log/schema";
import { awaitIndexed } from "@/lib/log/sequence/await-indexed";
import type { Deps } from "@/lib/runtime/deps";
import { factRun } from "@/lib/log/pure/search-tokens";
import { countByTime, findTimeSpan } from "@/lib/log/segments/find-entries";
import { parseFilter, searchOf } from "./filter";
import { chooseTimeSteps } from "./time-steps";

const outcomes = ["success", "denied", "failure"].map((outcome) => [factRun("outcome", outcome)]);

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
  const search = searchOf(filter, { low: 0, high: indexedTo });
  const span = await findTimeSpan(deps.db, search);
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
  const stepOf = (ms: number): number => Math.floor((ms - start) / stepMs);
  for (const [n, [success = 0, denied = 0, failure = 0]] of await countByTime(
    deps.db,
    search,
    stepOf,
    outcomes,
  )) {
    const step = steps[n];
    if (step) steps[n] = { ...step, success, denied, failure };
  }
  return { stepMs, steps, indexedTo };
}
