import { withSnapshot } from "@/lib/db/snapshot";
import { factRun, type TokenRun } from "@/lib/log/pure/search-tokens";
import { entriesPerTimePage, forEachRowOf } from "@/lib/log/pure/segment-format";
import type { Queryable } from "@/lib/log/sequence/leader";
import type { Database } from "@/lib/runtime/deps";
import {
  countBits,
  countShared,
  forEachBit,
  intersect,
  subtract,
} from "@/lib/log/derive/entry-bits";
import { listSegments, readRunPages, readTimes } from "./read-segments";
import { getSegmentCache } from "./segment-cache";
import { type IndexSearch, type SegmentMatch, walkSegments } from "./walk-segments";

type Db = Pick<Database, "pool">;

/** No entry has a number as large as this. */
export const endOfLog = Number.MAX_SAFE_INTEGER;
const reads = [factRun("kind", "r")];

/** The numbers of the first entries that match, in the search's order. */
export const findNumbers = (db: Db, search: IndexSearch, limit: number): Promise<number[]> =>
  withSnapshot(db, (client) => findNumbersIn(client, search, limit));

/** As findNumbers, over a connection that sees one snapshot. */
export async function findNumbersIn(
  client: Queryable,
  search: IndexSearch,
  limit: number,
): Promise<number[]> {
  const found: number[] = [];
  await walkSegments(client, search, ({ segment, bits }) => {
    forEachBit(bits, search.order ?? "desc", (n) => found.push(segment.low + n) < limit);
    return found.length < limit;
  });
  return found;
}

/** How many entries match; stops counting once there are more than `cap`. */
export const countMatches = (db: Db, search: IndexSearch, cap = Infinity): Promise<number> =>
  withSnapshot(db, async (client) => {
    let count = 0;
    await walkSegments(client, search, ({ bits }) => (count += countBits(bits)) <= cap);
    return count;
  });

export type FoundPage = Readonly<{ numbers: number[]; total: number; reads: number }>;

/**
 * A page of matches and how many there are, and how many reads match the same conditions, shown or
 * not. Both counts stop once they exceed `cap`. `after`: the page begins after this number.
 */
export const findPage = (
  db: Db,
  search: IndexSearch,
  wanted: Readonly<{
    show: "include" | "only" | "exclude";
    /** What is known about the matches without looking. */
    allReads: boolean | null;
    after: number | null;
    limit: number;
    cap: number;
  }>,
): Promise<FoundPage> =>
  withSnapshot(db, async (client) => {
    const { show, allReads, after, limit, cap } = wanted;
    const order = search.order ?? "desc";
    const page = { numbers: [] as number[], total: 0, reads: 0 };
    const visit = ({ segment, bits, aside: [kind] }: SegmentMatch): boolean => {
      page.reads += kind ? countShared(bits, kind) : allReads === true ? countBits(bits) : 0;
      if (kind && show === "only") intersect(bits, kind);
      if (kind && show === "exclude") subtract(bits, kind);
      if ((show === "only" && allReads === false) || (show === "exclude" && allReads === true))
        bits.fill(0);
      page.total += countBits(bits);
      if (page.numbers.length < limit)
        forEachBit(bits, order, (n) => {
          const seq = segment.low + n;
          if (after !== null && (order === "asc" ? seq <= after : seq >= after)) return true;
          return page.numbers.push(seq) < limit;
        });
      return page.numbers.length < limit || page.total <= cap || page.reads <= cap;
    };
    await walkSegments(client, search, visit, {
      aside: allReads === null ? [reads] : [],
      cache: getSegmentCache(db),
    });
    return page;
  });

/**
 * The time of the newest entry that has each token, by number; missing for those that none has, or
 * none since a time.
 */
export const findNewestTimes = (
  db: Db,
  runs: readonly TokenRun[],
  since: Date | null = null,
): Promise<ReadonlyMap<TokenRun, Date>> =>
  withSnapshot(db, async (client) => {
    const newest = new Map<TokenRun, Date>();
    const any = { all: [runs], low: 0, high: endOfLog, fromMs: since?.getTime() ?? null };
    const visit = async ({ segment, bits, aside }: SegmentMatch): Promise<boolean> => {
      for (const [n, run] of runs.entries()) {
        if (newest.has(run)) continue;
        let last = -1;
        intersect(aside[n]!, bits);
        forEachBit(aside[n]!, "desc", (number) => {
          last = number;
          return false;
        });
        if (last < 0) continue;
        const block = Math.floor(last / entriesPerTimePage);
        const [times] = await readTimes(client, [{ segment, block }]);
        newest.set(run, new Date(times?.[last % entriesPerTimePage] ?? 0));
      }
      return newest.size < runs.length;
    };
    if (runs.length > 0)
      await walkSegments(client, any, visit, { aside: runs.map((run) => [run]) });
    return newest;
  });

/** How many distinct tokens a run has in the whole index. */
export const countTokens = (db: Db, run: TokenRun): Promise<number> =>
  withSnapshot(db, async (client) => {
    const tokens = new Set<string>();
    const segments = await listSegments(client, 0, endOfLog);
    for (let next = 0; next < segments.length; next += maxSegmentsAtOnce) {
      const some = segments.slice(next, next + maxSegmentsAtOnce);
      for (const [pages] of await readRunPages(client, some, [run]))
        for (const body of pages ?? [])
          forEachRowOf(run, body, ({ token, tokenLength }) =>
            tokens.add(Buffer.from(token.subarray(0, tokenLength)).toString("latin1")),
          );
    }
    return tokens.size;
  });

const maxSegmentsAtOnce = 64;
