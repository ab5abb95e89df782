"use client";

import { useClock } from "@/components/ui/clock";
import type { CustodyView } from "@/lib/custody/types";
import { formatMinute } from "@/lib/format/time";

const words: Readonly<Record<number, string>> = {
  1: "this hour, and the whole hour before it",
  24: "the last 24 hours, and the hour in which they began",
  168: "the last 7 days, and the six hours in which they began",
  720: "the last 30 days, and the day in which they began",
};

/** Since when the page counts. Requests are kept by the hour, so that is a little more than the chip says, and said here. */
export function RangeLine({ from, hours }: Pick<CustodyView, "from" | "hours">) {
  const { zone } = useClock();
  return (
    <p className="-mt-2 pb-4 text-xs text-muted">
      Counted from {formatMinute(from, zone)} until now: {words[hours] ?? "whole hours"}.
    </p>
  );
}
