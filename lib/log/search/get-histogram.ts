import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { EntryHistogram, EntryQuery, HistogramStep } from "@/lib/log/schema";
import { awaitIndexed } from "@/lib/log/sequence/await-indexed";
import type { Deps } from "@/lib/runtime/deps";
import { factRun } from "@/lib/log/pure/search-tokens";
import { countByTime, type TimeSpan } from "@/lib/log/segments/count-by-time";
import { type Filter, parseFilter, searchOf } from "./filter";
import { chooseTimeSteps, type TimeSteps } from "./time-steps";

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
  let layout: TimeSteps = { start: 0, stepMs: 0, count: 0 };
  const found = await countByTime(deps.db, search, outcomes, (span) => {
    layout = stepsOver(span, filter, deps.clock.now());
    return (ms) => Math.floor((ms - layout.start) / layout.stepMs);
  });
  const { start, stepMs, count } = layout;
  const steps = Array.from({ length: count }, (_, n): HistogramStep => {
    const [success = 0, denied = 0, failure = 0] = found?.counts.get(n) ?? [];
    return { from: new Date(start + n * stepMs).toISOString(), success, denied, failure };
  });
  return { stepMs, steps, indexedTo };
}

function stepsOver(
  span: TimeSpan,
  { from, until }: Pick<Filter, "from" | "until">,
  now: Date,
): TimeSteps {
  const first = from?.getTime() ?? span.first;
  // An end in the future would leave most of the steps empty.
  const last = Math.max(
    span.last,
    Math.min((until?.getTime() ?? span.last + 1) - 1, now.getTime()),
  );
  return chooseTimeSteps(Math.min(first, span.first), last);
}
