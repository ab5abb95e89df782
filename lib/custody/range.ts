/** How far back custody looks, in hours, and how wide a step of its picture is. */
const stepOf = { 1: 1, 24: 1, 168: 6, 720: 24 } as const;
export type CustodyHours = keyof typeof stepOf;
export type CustodyRange = Readonly<{ from: Date; stepHours: number }>;

export const hourMs = 3_600_000;

/**
 * From when on custody counts, for so many hours until `now`. Requests are kept by the hour, so it begins with a whole step (UTC), which is never later than
 * that many hours ago: nothing of the time asked for is left out, and everything on the page covers the same time.
 */
export function custodyRange(hours: CustodyHours, now: Date): CustodyRange {
  const stepHours = stepOf[hours],
    stepMs = stepHours * hourMs;
  return {
    from: new Date(Math.floor((now.getTime() - hours * hourMs) / stepMs) * stepMs),
    stepHours,
  };
}
