import { hourMs } from "@/lib/format/time-units";
/** The periods of certificate usage, in hours, and the step of the chart for each. */
const stepOf = { 1: 1, 24: 1, 168: 6, 720: 24 } as const;
export type CustodyHours = keyof typeof stepOf;
export type CustodyRange = Readonly<{ from: Date; stepHours: number }>;

/**
 * The start of the period of so many hours until `now`. Requests are counted by the hour, so the
 * period starts at a whole step (UTC), at or before the requested time: it covers all of the
 * requested period, and everything on the page covers the same period.
 */
export function custodyRange(hours: CustodyHours, now: Date): CustodyRange {
  const stepHours = stepOf[hours];
  const stepMs = stepHours * hourMs;
  return {
    from: new Date(Math.floor((now.getTime() - hours * hourMs) / stepMs) * stepMs),
    stepHours,
  };
}
