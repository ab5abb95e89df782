const ENOUGH = 100;

/**
 * How many milliseconds a reader of the log lets entries gather after a batch of `read`: a lone one is read at once, and in a steady stream a few large
 * batches cost about half of what many small ones do. At most `longestMs`; none for whoever has read a `full` batch, and so is behind.
 */
export const gatherMs = (read: number, full: number, longestMs: number): number =>
  read >= full ? 0 : Math.min(read / ENOUGH, 1) * longestMs;
