export type PaceOptions = Readonly<{
  /** A batch of so many entries is full: the reader is behind. */
  fullBatch: number;
  maxDelayMs: number;
  /** So many entries a second, and more, are a steady stream. */
  entriesForFullDelay: number;
}>;

const windowMs = 1_000;

/**
 * How long a reader of the log waits after a batch, so that the next batch is larger: what is
 * committed for a batch costs as much as many entries in it, also where a batch has one or two
 * because few come together. Called with the entries of the batch and a monotonic time in
 * milliseconds. Returns milliseconds: nearly zero after a single entry, the more the more entries
 * came within the last second, `maxDelayMs` in a steady stream, and zero after a full batch.
 */
export function makeBatchPace({
  fullBatch,
  maxDelayMs,
  entriesForFullDelay,
}: PaceOptions): (read: number, nowMs: number) => number {
  let recent = 0;
  let lastAt = -Infinity;
  return (read, nowMs) => {
    recent = recent * Math.exp(-Math.max(0, nowMs - lastAt) / windowMs) + read;
    lastAt = nowMs;
    if (read === 0 || read >= fullBatch) return 0;
    return Math.min(recent / entriesForFullDelay, 1) * maxDelayMs;
  };
}
