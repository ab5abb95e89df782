import { describeDifferences } from "@/lib/log/derive/describe-differences";
import type { SegmentFacts } from "@/lib/log/derive/merge-segments";
import { type Page, PageError } from "@/lib/log/pure/segment-format";
import { type Check, type CheckResult, makeCheck } from "@/lib/log/reconcile/check";
import { makePacer, type Pacer } from "@/lib/log/reconcile/pacer";
import { readEntry } from "@/lib/log/read-entry";
import {
  findCovering,
  forEachStoredPage,
  type StoredSegment,
} from "@/lib/log/segments/check-segment";
import { type DerivedSegment, deriveSegment } from "@/lib/log/segments/derive-segment";
import { withSnapshot } from "@/lib/db/snapshot";
import { leafHashSync } from "@/lib/log/tree/hash-sync";
import type { Database } from "@/lib/runtime/deps";
import { makeSealCheck, type SealCheck } from "@/lib/log/derive/compare-seals";
import { type Checks } from "./types";

type Db = Pick<Database, "pool">;
type Given = Readonly<{
  db: Db;
  check: Checks["index"];
  /** Digests that the log has of sealed segments. */
  seals: SealCheck;
  pacer: Pacer;
}>;
export type IndexCheckOptions = Readonly<{
  /** Only segments from the one on that holds this entry. */
  from?: number;
  onProgress: (done: number) => void;
}>;

const partsBeforeRest = 512;
/** So many different pages are looked into; a segment has some ten thousand. */
const maxDifferent = 4_000;
/** So many digests of ranges that are no segments of the index are compared; the rest are false. */
const maxOthers = 16;

/**
 * Derives every segment of the search index again, from the entries' bytes, and compares it with
 * what is stored, byte for byte, and with the digest that the log has of it. Covers the entries
 * below `size`, as far as they are indexed; a segment that takes the place of others meanwhile is
 * compared instead of them.
 */
export async function checkIndex(
  given: Given,
  size: number,
  { from = 0, onProgress }: IndexCheckOptions,
): Promise<void> {
  const { db, check, seals, pacer } = given;
  let next = from;
  while (next < size) {
    const stored = await withSnapshot(db, (client) => findCovering(client, next));
    if (stored === null) break;
    if (stored.low > next)
      check.problem(`No segment of the index covers the entries ${next} to ${stored.low - 1}.`);
    if (stored.low < stored.high) await checkSegment(given, stored);
    check.count(stored.high - Math.max(next, stored.low));
    next = stored.high;
    onProgress(Math.min(next, size));
    await pacer.rest();
  }
  await checkEnd(given);
  if (from > 0) return;
  await deriveOthers(given, next);
  seals.finish(next);
}

/** Where the index is said to end, which every answer states, its segments must end. */
async function checkEnd({ db, check }: Given): Promise<void> {
  const { rows } = await db.pool.query<{ upto: string; high: string }>(
    "select upto, (select coalesce(max(high), 0) from tlog.segment) as high from tlog.indexed",
  );
  const { upto, high } = rows[0] ?? {};
  if (upto !== high)
    check.problem(`The index is said to end at entry ${upto}, but its segments end at ${high}.`);
}

/** Derives a range of entries, in parts at whose ends the log has a digest, if that is possible. */
async function derive(
  { db, seals, pacer }: Given,
  range: Readonly<{ low: number; high: number }>,
): Promise<DerivedSegment | null> {
  let parts = 0;
  const pause = (): Promise<void> =>
    ++parts % partsBeforeRest === 0 ? pacer.rest() : pacer.yieldIfBusy();
  const cuts = seals.cutsWithin(range.low, range.high);
  const derived = await deriveSegment(db.pool, range, { pause, cuts });
  return derived ?? (cuts.length > 0 ? deriveSegment(db.pool, range, { pause }) : null);
}

async function checkSegment(given: Given, stored: StoredSegment): Promise<void> {
  const { db, check, seals } = given;
  const { low, high, sealed } = stored;
  const place = `The segment of the entries ${low} to ${high - 1}`;
  const derived = await derive(given, stored);
  if (derived === null) return check.problem(`${place} is longer than a segment can be.`);
  const keys = new Set<string>();
  const facts = await derived.forEachPage(async (page) => void keys.add(keyOf(page)));
  for (const part of derived.parts) {
    seals.derived(part);
    if (sealed) seals.needSeal(part);
  }
  seals.derived(facts);
  const added: Page[] = [];
  const isThere = await withSnapshot(db, (client) =>
    forEachStoredPage(client, stored, async (page) => {
      if (!keys.delete(keyOf(page)) && added.length < maxDifferent) added.push(page);
    }),
  );
  // Replaced meanwhile: what took its place has the same entries, and is compared by the next check.
  if (!isThere) return;
  const lost = keys.size === 0 ? [] : await pagesOf(derived, keys);
  for (const problem of problemsOf(stored, facts, { lost, added })) check.problem(problem);
}

/** A page and what it is found by. */
const keyOf = ({ first, body }: Page): string =>
  leafHashSync(
    Buffer.concat([Buffer.of(first.length >> 8, first.length & 0xff), first, body]),
  ).toString("latin1");

async function pagesOf(derived: DerivedSegment, keys: ReadonlySet<string>): Promise<Page[]> {
  const pages: Page[] = [];
  await derived.forEachPage(async (page) => {
    if (pages.length < maxDifferent && keys.has(keyOf(page))) pages.push(page);
  });
  return pages;
}

function problemsOf(
  stored: StoredSegment,
  derived: SegmentFacts,
  pages: Readonly<{ lost: readonly Page[]; added: readonly Page[] }>,
): string[] {
  const { low, high } = derived;
  const place = `The segment of the entries ${low} to ${high - 1}`;
  const problems: string[] = [];
  try {
    problems.push(...describeDifferences({ low, high, ...pages }));
  } catch (error) {
    if (!(error instanceof PageError)) throw error;
    problems.push(`${place} has a page that can't be read.`);
  }
  if (problems.length === 0 && !stored.root.equals(derived.root))
    problems.push(`${place} has another digest than its entries give.`);
  if (stored.firstMs !== derived.firstMs || stored.lastMs !== derived.lastMs)
    problems.push(`${place} has the wrong span of time.`);
  return problems;
}

/** Derives what the log has a digest of and the index has no segment of: it was built again since. */
async function deriveOthers(given: Given, indexedTo: number): Promise<void> {
  const others = new Map(
    given.seals.listRemaining(indexedTo).map(({ low, high }) => [`${low}-${high}`, { low, high }]),
  );
  for (const range of [...others.values()].slice(0, maxOthers)) {
    const derived = await derive(given, range);
    if (derived !== null) given.seals.derived(await derived.forEachPage(async () => {}));
  }
}

/** So many entries are looked through at once for digests of segments. */
const scannedAtOnce = 50_000;

/**
 * Verifies only the search index: every segment, or those from the one on that holds the entry
 * `from`, against the entries' bytes and the digests that the log has. The entries themselves are
 * taken as they are. `onProgress`: entries compared, of how many.
 */
export async function verifyIndex(
  db: Db,
  {
    from = 0,
    check = makeCheck(),
    onProgress = () => {},
  }: Readonly<{
    from?: number;
    check?: Check;
    onProgress?: (done: number, total: number) => void;
  }> = {},
): Promise<CheckResult> {
  const { rows } = await db.pool.query<{ size: string }>("select size from tlog.head");
  const size = Number(rows[0]?.size ?? 0);
  const seals = makeSealCheck(check.problem);
  await readSeals(db, size, seals);
  await checkIndex({ db, check, seals, pacer: makePacer() }, size, {
    from,
    onProgress: (done) => onProgress(done, size),
  });
  return check.result();
}

/** Looks at the entries themselves: the index could hide one. */
async function readSeals({ pool }: Db, size: number, seals: SealCheck): Promise<void> {
  for (let from = 0; from < size; from += scannedAtOnce) {
    const { rows } = await pool.query<{ seq: string; entry_id: string; entry: Buffer }>({
      name: "find-seals",
      text: `select seq, entry_id, entry from tlog.entry where seq >= $1 and seq < $2 and position('"index.sealed"'::bytea in entry) > 0 order by seq`,
      values: [from, Math.min(size, from + scannedAtOnce)],
    });
    for (const { seq, entry_id: id, entry } of rows) {
      const reading = readEntry(entry, id);
      if (reading.readable) seals.add(Number(seq), reading.record);
    }
  }
}
