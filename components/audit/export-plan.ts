import { plural } from "@/lib/format/count";

/** A count that stops somewhere: capped ones are "and more". */
export type Count = Readonly<{ count: number; capped: boolean }>;
type Asked = Readonly<{
  total: Count;
  reads: number;
  readsShown: boolean;
  withReads: boolean;
  size: number;
}>;

/** More than this is not held in a browser's memory. */
const MOST_IN_MEMORY = 200_000,
  COUNTED_UP_TO = 1_000;

const said = ({ count, capped }: Count): string =>
  `${plural(count, "entry", "entries")}${capped ? " and more" : ""}`;

/** What an export will hold, in words, and whether it is too large for a browser to keep until it is whole. */
export function planExport({
  total,
  reads,
  readsShown,
  withReads,
  size,
}: Asked): Readonly<{ records: string; large: boolean; readsOffered: string | null }> {
  const more = withReads ? reads : 0,
    capped = total.capped || (withReads && reads >= COUNTED_UP_TO);
  return {
    records: said({ count: total.count + more, capped }),
    large: (capped ? size : total.count + more) > MOST_IN_MEMORY,
    readsOffered:
      readsShown || reads === 0
        ? null
        : reads >= COUNTED_UP_TO
          ? "1,000 and more reads"
          : plural(reads, "read"),
  };
}
