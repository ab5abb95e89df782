const seconds = [1, 5, 30, 120, 600, 3600] as const;
const GIVE_UP_AFTER_MS = 24 * 3_600_000;

/** When to try again after attempt number `n` failed: soon at first, then every hour; null a day after the delivery was made. */
export function nextAttempt(n: number, createdAt: Date, now: Date): Date | null {
  const at = now.getTime() + (seconds[Math.min(n, seconds.length) - 1] ?? 1) * 1000;
  return at > createdAt.getTime() + GIVE_UP_AFTER_MS ? null : new Date(at);
}
