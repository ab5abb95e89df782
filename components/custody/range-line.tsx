"use client";

import { useClock } from "@/components/ui/clock";
import type { CustodyView } from "@/lib/custody/types";
import { formatMinute } from "@/lib/format/time";

const periodLabels: Readonly<Record<number, string>> = {
  1: "the current hour and the full hour before it",
  24: "the last 24 hours, from the start of an hour",
  168: "the last 7 days, from the start of a 6-hour step",
  720: "the last 30 days, from the start of a day",
};

/**
 * The start of the period. Requests are counted per hour, so it is a little longer than the chip
 * says.
 */
export function RangeLine({ from, hours }: Pick<CustodyView, "from" | "hours">) {
  const { zone } = useClock();
  return (
    <p className="-mt-2 pb-4 text-xs text-muted">
      Since {formatMinute(from, zone)}: {periodLabels[hours] ?? "whole hours"}.
    </p>
  );
}
