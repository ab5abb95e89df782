"use client";

import { formatCount } from "@/lib/format/count";
import { useOpenAlerts, type OpenAlerts } from "./use-open-alerts";

/**
 * The number of open alerts, next to the navigation item; a dot if there is no room for a number.
 */
export function OpenCount({ first }: Readonly<{ first: OpenAlerts }>) {
  const { open } = useOpenAlerts(first);
  if (open === 0) return null;
  return (
    <>
      <span className="rounded-full bg-denied-soft px-1.5 text-2xs font-semibold text-denied in-data-rail:max-lg:hidden">
        {open > 99 ? "99+" : formatCount(open)}
        <span className="sr-only"> open</span>
      </span>
      <span
        aria-hidden
        className="absolute top-1 right-1.5 hidden size-2 rounded-full bg-denied ring-2 ring-surface in-data-rail:max-lg:block"
      />
    </>
  );
}
