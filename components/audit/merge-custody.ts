import { groupUses, type Origin } from "@/components/custody/group-uses";
import type { UseView } from "@/lib/custody/types";
import type { EntrySummary } from "@/lib/log/schema";

/** One step of a life: an entry, or all uses from one network together, which stand where the last of them stands. */
export type CustodyStep = Readonly<
  { entry: EntrySummary; origin: null } | { entry: null; origin: Origin }
>;

const isUse = ({ action, credential }: EntrySummary, ids: ReadonlySet<string | null>): boolean =>
  (action.startsWith("request.") || action === "event.reported") &&
  ids.has(credential?.certificateId ?? "");

/**
 * Acts and uses in one line, the latest first. Single uses that an origin counts already are left out; one that was not counted yet stands by
 * itself, so nothing is missing while the counting goes on.
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
