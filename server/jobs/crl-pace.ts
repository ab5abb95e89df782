/** Revocations within this time share one CRL. */
const batchDelayMs = 300;
/** A single one, with none before it for a while, waits only for what belongs to it. */
const aloneDelayMs = 50;
/** The longest that a CRL waits for the one before it. */
const longestGapMs = 4_000;
/** A change that just missed a CRL is in the next one by then, however long making that takes. */
const longestWaitMs = 4_800;
/** So many within that time are many at once: CRLs in between would list nearly the same. */
const manyChanges = 100;
/** Changes so close to each other are counted as one time. */
const bucketMs = 100;
/** CRLs that take long leave at least this multiple of their time to everything else. */
const restPerWork = 3;

export type CrlPace = Readonly<{
  /** Certificates changed. Returns how long the CRL with them waits, in milliseconds. */
  changed: (count: number, nowMs: number) => number;
  /** CRLs are being made since then. */
  began: (nowMs: number) => void;
  /** They are published. */
  ended: (nowMs: number) => void;
}>;

/**
 * How soon a change is in a CRL: at once for a single one, and after the longest gap while many
 * certificates change, as in a bulk action, or while making a CRL takes long. Pure but for what it
 * remembers; times are of one monotonic clock.
 */
export function makeCrlPace(): CrlPace {
  let recent: { at: number; count: number }[] = [];
  let [began, took] = [-Infinity, 0];
  return {
    changed: (count, now) => {
      const last = recent.at(-1);
      const isAlone = count === 1 && now - (last?.at ?? -Infinity) > longestGapMs;
      if (last !== undefined && now - last.at < bucketMs) last.count += count;
      else recent = [...recent.filter(({ at }) => at > now - longestGapMs), { at: now, count }];
      const isMany = recent.reduce((sum, one) => sum + one.count, 0) >= manyChanges;
      const longest = Math.max(took, Math.min(longestGapMs, longestWaitMs - took));
      const gap = isMany ? longest : Math.min(longest, took * (1 + restPerWork));
      return Math.max(isAlone ? aloneDelayMs : batchDelayMs, began + gap - now);
    },
    began: (now) => {
      began = now;
    },
    ended: (now) => {
      took = now - began;
    },
  };
}
