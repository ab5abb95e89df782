const day = 86_400_000;
/** After midnight, so that the checkpoint which covers the day's last entries is there. */
const AFTER_MIDNIGHT_MS = 5_000;

/** Milliseconds until the next stamp is due: `everyMs` after the last, and at the end of each UTC day whatever came before. At once if there was none. */
export function nextAnchorIn(last: Date | null, now: Date, everyMs: number): number {
  if (last === null) return 0;
  const at = last.getTime(),
    sinceMidnight = at % day;
  const endOfDay =
    at - sinceMidnight + (sinceMidnight < AFTER_MIDNIGHT_MS ? 0 : day) + AFTER_MIDNIGHT_MS;
  return Math.max(0, Math.min(at + everyMs, endOfDay) - now.getTime());
}
