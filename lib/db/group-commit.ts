import { monotonicMs } from "@/lib/runtime/monotonic";

/**
 * How a batch is processed: one answer for each item, in order. If it throws, every item of the
 * batch fails with that error. `concurrency` batches may run at once (1 by default), but the next
 * begins before one has ended only if it is full or has waited `overlapAfterMs` (25 by default): a
 * few large batches cost less than many small ones, and one that waits for a lock or a slow disk
 * doesn't hold up the others. An item that has waited longer than `maxWaitMs` gets an error and is
 * never processed, because its caller no longer waits for the answer.
 */
export type GroupWork<T, R> = Readonly<{
  maxBatch: number;
  concurrency?: number;
  overlapAfterMs?: number;
  maxWaitMs?: number | undefined;
  work: (items: readonly T[]) => Promise<readonly R[]>;
}>;

type Waiting<T, R> = Readonly<{
  item: T;
  since: number;
  resolve: (result: R) => void;
  reject: (error: unknown) => void;
}>;

const commit = async <T, R>(
  batch: readonly Waiting<T, R>[],
  work: GroupWork<T, R>["work"],
): Promise<void> => {
  try {
    const results = await work(batch.map(({ item }) => item));
    if (results.length !== batch.length)
      throw new Error(
        `A batch of ${batch.length} items was answered with ${results.length} results.`,
      );
    batch.forEach(({ resolve }, index) => resolve(results[index] as R));
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
};

const commitInTime = async <T, R>(
  batch: readonly Waiting<T, R>[],
  work: GroupWork<T, R>["work"],
  oldest: number,
): Promise<void> => {
  for (const { since, reject } of batch)
    if (since < oldest) reject(new Error("It waited too long for its turn."));
  const inTime = batch.filter(({ since }) => since >= oldest);
  if (inTime.length > 0) await commit(inTime, work);
};

/**
 * Many waiters share one transaction: while a batch is being committed, the next one fills.
 * A lone caller waits for no timer and pays one commit, and under load the batch grows as
 * large as the load needs.
 */
export function makeGroupCommit<T, R>({
  maxBatch,
  concurrency = 1,
  overlapAfterMs = 25,
  maxWaitMs = Infinity,
  work,
}: GroupWork<T, R>): (item: T) => Promise<R> {
  let waiting: Waiting<T, R>[] = [];
  let running = 0;
  let planned = false;
  let isTimed = false;

  const run = async (): Promise<void> => {
    running += 1;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, maxBatch);
      waiting = waiting.slice(maxBatch);
      const oldest = monotonicMs() - maxWaitMs;
      const [first] = batch;
      // The longest wait is the first one's: usually no item has expired.
      if (first === undefined || first.since >= oldest) await commit(batch, work);
      else await commitInTime(batch, work, oldest);
    }
    running -= 1;
  };

  const start = (): void => {
    planned = false;
    if (running >= concurrency || waiting.length === 0) return;
    void run();
    // What one batch could not hold, with no one left to come who would start another.
    if (waiting.length >= maxBatch) plan();
    else if (waiting.length > 0 && !isTimed) startNext();
  };

  /** After this turn of the event loop, so that all items added in it share a batch. */
  const plan = (): void => {
    planned = true;
    setImmediate(start);
  };

  /** Starts another batch once its first item has waited long enough, however long others run. */
  const startNext = (): void => {
    const [first] = waiting;
    isTimed = false;
    if (first === undefined || running >= concurrency) return;
    const leftMs = first.since + overlapAfterMs - monotonicMs();
    if (running === 0 || leftMs <= 0) start();
    else {
      isTimed = true;
      setTimeout(startNext, Math.ceil(leftMs));
    }
  };

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, since: monotonicMs(), resolve, reject });
      if (planned || running >= concurrency) return;
      if (running > 0 && waiting.length < maxBatch && overlapAfterMs > 0) {
        if (!isTimed) startNext();
        return;
      }
      plan();
    });
}
