/**
 * When the next verification by the clock is due, as milliseconds since 1970: the last time of day `at` (UTC, "02:30") before `now` if none has
 * begun since, else the next one. So what was missed while nothing ran is made up for at once. `lastBegan` is null before the first; then it
 * counts from `since`, when the log began.
 */
export function verificationDue(
  at: string,
  now: number,
  { lastBegan, since }: Readonly<{ lastBegan: number | null; since: number }>,
): number {
  const [hours = 0, minutes = 0] = at.split(":").map(Number),
    day = 86_400_000;
  const today = Math.floor(now / day) * day + (hours * 60 + minutes) * 60_000,
    latest = today <= now ? today : today - day;
  return (lastBegan ?? since) < latest ? latest : latest + day;
}
