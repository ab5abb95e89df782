import { formatCount, plural } from "@/lib/format/count";
import { countCap } from "@/lib/log/schema";

/** A count up to a limit: a capped one is a lower bound. */
export type Count = Readonly<{ count: number; capped: boolean }>;
type ExportPlanInput = Readonly<{
  total: Count;
  reads: number;
  readsShown: boolean;
  withReads: boolean;
  size: number;
}>;

/** Larger exports aren't held in the browser's memory. */
const maxInMemory = 200_000;

const countLabel = ({ count, capped }: Count): string =>
  capped ? `${formatCount(count)}+ entries` : plural(count, "entry", "entries");

/**
 * What an export will contain, and whether it is too large to be held in the browser's memory.
 */
export function planExport({
  total,
  reads,
  readsShown,
  withReads,
  size,
}: ExportPlanInput): Readonly<{ records: string; large: boolean; readsOffered: string | null }> {
  const more = withReads ? reads : 0,
    capped = total.capped || (withReads && reads >= countCap);
  return {
    records: countLabel({ count: total.count + more, capped }),
    large: (capped ? size : total.count + more) > maxInMemory,
    readsOffered:
      readsShown || reads === 0
        ? null
        : reads >= countCap
          ? `${formatCount(countCap)}+ reads`
          : plural(reads, "read"),
  };
}
