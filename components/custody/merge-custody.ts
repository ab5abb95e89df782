import { groupUses, type Origin } from "./group-uses";
import type { UseView } from "@/lib/custody/types";
import type { EntrySummary } from "@/lib/log/schema";

/**
 * One step of a timeline: an entry, or all uses from one network, placed at the last of them.
 */
export type CustodyStep = Readonly<
  { entry: EntrySummary; origin: null } | { entry: null; origin: Origin }
>;

const isUse = ({ action, credential }: EntrySummary, ids: ReadonlySet<string | null>): boolean =>
  (action.startsWith("request.") || action === "event.reported") &&
  ids.has(credential?.certificateId ?? "");

/**
 * Entries and uses in one timeline, the latest first. Uses that an origin already counts are left
 * out; one that isn't counted yet is its own step, so nothing is missing while counting lags.
 */
export function mergeCustody(
  entries: readonly EntrySummary[],
  uses: readonly UseView[],
): readonly CustodyStep[] {
  const origins = groupUses(uses),
    counted = origins[0]?.lastSeq ?? -1,
    ids = new Set(uses.map(({ certificateId }) => certificateId));
  const steps: CustodyStep[] = entries
    .filter((entry) => entry.seq > counted || !isUse(entry, ids))
    .map((entry) => ({ entry, origin: null }));
  return [...steps, ...origins.map((origin): CustodyStep => ({ entry: null, origin }))].toSorted(
    (one, other) => seqOf(other) - seqOf(one),
  );
}

const seqOf = (step: CustodyStep): number =>
  step.entry === null ? step.origin.lastSeq : step.entry.seq;
