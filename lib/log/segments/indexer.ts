import { makePacer } from "@/lib/log/reconcile/pacer";
import { makeBatchPace } from "@/lib/log/sequence/batch-pace";
import { type LeaderSession, type Queryable, withClient } from "@/lib/log/sequence/leader";
import type { Database } from "@/lib/runtime/deps";
import { monotonicMs } from "@/lib/runtime/monotonic";
import { listSegments, readIndexed } from "./read-segments";
import { findTimeBefore, readTexts } from "./read-texts";
import {
  makeSegmentBuilder,
  maxSegmentEntries,
  type SegmentBuilder,
} from "@/lib/log/derive/segment-builder";
import { makeSourceTally } from "./source-tally";
import { replacedMeanwhile, writeSegment } from "./write-segment";

/** Indexes what is numbered. */
export type Indexer = Readonly<{
  /** Reads or writes a part. Returns how far the index is, and how many entries it came on. */
  step: () => Promise<Readonly<{ upto: number; added: number; caughtUp: boolean }>>;
}>;

const readAtOnce = 512;
/** So many entries wait at most; more while a whole segment does, which is sealed soon. */
const maxWaiting = 4_096;
const maxWaitingBehind = 16_384;
/** Smaller segments that are not sealed are put together as they come. */
const smallSegment = 4_096;

const busyPollMs = 20;
const idlePollMs = 60;
const idleAfterPolls = 50;
const errorDelayMs = 500;
/** Readers may wait for what they did just now: one act is found at once. */
const pacing = { fullBatch: maxWaiting, maxDelayMs: 200, entriesForFullDelay: 100 };

/**
 * Starts where the index in the database ends. One at a time: a second one fails when it writes.
 * What was written since the last seal is read again, so that the segment can be sealed later.
 */
export async function makeIndexer(
  client: Queryable,
  maxEntries = maxSegmentEntries,
): Promise<Indexer> {
  const segments = await listSegments(client, 0, Number.MAX_SAFE_INTEGER);
  const options = { seed: await readSeed(client), maxEntries };
  const tally = makeSourceTally();
  // Others in this process have their turn every few milliseconds: nobody waits for a seal.
  const pacer = makePacer();
  let upto = segments.at(-1)?.high ?? 0;
  const sealedUpto = segments.findLast(({ sealed }) => sealed)?.high ?? 0;
  const before = await findTimeBefore(client, sealedUpto);
  let builder = makeSegmentBuilder(sealedUpto, { ...options, before });
  /** The first numbers of the segments that are not sealed. */
  let fresh = segments.filter(({ sealed }) => !sealed).map(({ low }) => low);
  let blank: number[] = [];

  const read = async (size: number): Promise<void> => {
    const from = builder.high();
    const rows = await readTexts(client, from, Math.min(size, from + readAtOnce));
    for (const { seq, text, sequencedAt } of rows) {
      if (builder.isFull()) return;
      const entry = builder.add(text);
      if (seq >= upto && entry === null) blank.push(seq);
      else if (seq >= upto && entry !== null) tally.add(seq, entry, sequencedAt);
      await pacer.yieldIfBusy();
    }
  };
  const write = async (from: number, sealed: boolean): Promise<void> => {
    const segment = await builder.encodeSlowly(pacer.yieldIfBusy, from);
    const sources = tally.take();
    const also = async (): Promise<void> => {
      if (sources.length > 0)
        await client.query("select tlog.count_sources($1::jsonb)", [JSON.stringify(sources)]);
      if (blank.length > 0)
        await client.query("select tlog.note_skipped('search', $1, $2)", [
          blank,
          blank.map(() => "nothing of it can be indexed"),
        ]);
    };
    await writeSegment(client, segment, { sealed, expected: upto, also });
    blank = [];
    upto = segment.high;
  };
  const flush = async (): Promise<void> => {
    const { low, kept } = joinSmall(fresh, upto, builder.high());
    await write(low, false);
    fresh = [...kept, low];
  };
  return {
    step: async () => {
      const before = upto;
      const size = await readSize(client, upto);
      if (builder.isFull()) {
        await write(builder.low, true);
        fresh = [];
        builder = makeSegmentBuilder(upto, { ...options, before: builder.lastTime() });
      } else if (builder.high() < size) await read(size);
      if (mustFlush(builder, { upto, size, maxEntries })) await flush();
      return { upto, added: upto - before, caughtUp: upto >= size };
    },
  };
}

/** A number that nobody who chooses words can know. */
async function readSeed(client: Queryable): Promise<number> {
  const { rows } = await client.query<{ seed: number }>(
    "select (random() * 2147483647)::int as seed",
  );
  return rows[0]?.seed ?? 1;
}

/** Throws an error if the index does not end where this indexer has left it. */
async function readSize(client: Queryable, expected: number): Promise<number> {
  const { size, upto } = await readIndexed({ pool: client });
  if (upto === expected) return size;
  const message = `The index ends at entry ${upto} instead of ${expected}: it was discarded, or another process wrote it.`;
  throw Object.assign(new Error(message), { code: replacedMeanwhile });
}

/** A full segment is sealed instead, and so is one that soon will be. */
function mustFlush(
  builder: SegmentBuilder,
  { upto, size, maxEntries }: Readonly<{ upto: number; size: number; maxEntries: number }>,
): boolean {
  if (builder.isFull() || builder.high() <= upto) return false;
  if (builder.high() >= size) return true;
  const isBehind = size - builder.low >= maxEntries;
  return builder.high() - upto >= (isBehind ? maxWaitingBehind : maxWaiting);
}

/**
 * The first number of the segment to write: small ones before it become part of it, so that there
 * are few of them however slowly entries come, and each entry is written some ten times at most.
 */
function joinSmall(
  fresh: readonly number[],
  upto: number,
  high: number,
): Readonly<{ low: number; kept: readonly number[] }> {
  let low = upto;
  let count = fresh.length;
  for (; count > 0; count -= 1) {
    const size = low - fresh[count - 1]!;
    if (size > high - low || size >= smallSegment) break;
    low = fresh[count - 1]!;
  }
  return { low, kept: fresh.slice(0, count) };
}

/** Indexes until everything that is numbered now can be found. */
export async function indexAll(db: Pick<Database, "pool">, maxEntries?: number): Promise<void> {
  for (let done = false; !done;)
    try {
      await withClient(db, async (client) => {
        const indexer = await makeIndexer(client, maxEntries);
        while (!(await indexer.step()).caughtUp);
      });
      done = true;
    } catch (error) {
      if ((error as { code?: string }).code !== replacedMeanwhile) throw error;
    }
}

/**
 * Indexes numbered entries until the session ends, over a connection of its own, so that a burst is
 * numbered at once and indexed afterwards.
 */
export async function runIndexer(
  db: Database,
  session: Pick<LeaderSession, "signal" | "sleep">,
  {
    onError,
    maxEntries,
  }: Readonly<{ onError?: ((error: unknown) => void) | undefined; maxEntries?: number }>,
): Promise<void> {
  while (!session.signal.aborted) {
    try {
      await withClient(db, (client) => indexUntilAborted(client, session, maxEntries));
    } catch (error) {
      if (!session.signal.aborted) onError?.(error);
      await session.sleep(errorDelayMs);
    }
  }
}

async function indexUntilAborted(
  client: Queryable,
  { signal, sleep }: Pick<LeaderSession, "signal" | "sleep">,
  maxEntries: number | undefined,
): Promise<void> {
  const indexer = await makeIndexer(client, maxEntries);
  const pace = makeBatchPace(pacing);
  let idlePolls = 0;
  while (!signal.aborted) {
    const { added, caughtUp } = await indexer.step();
    idlePolls = added > 0 ? 0 : idlePolls + 1;
    if (!caughtUp) continue;
    await sleep(
      added > 0 ? pace(added, monotonicMs()) : idlePolls > idleAfterPolls ? idlePollMs : busyPollMs,
    );
  }
}
