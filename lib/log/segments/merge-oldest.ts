import {
  beforeDictionary,
  type MergePart,
  mergeSegments,
  type SegmentFacts,
} from "@/lib/log/derive/merge-segments";
import { decodeHead, decodeTimes, PageError } from "@/lib/log/pure/segment-format";
import { makePacer } from "@/lib/log/reconcile/pacer";
import { type Queryable, withClient } from "@/lib/log/sequence/leader";
import type { Database } from "@/lib/runtime/deps";
import { maxParts } from "./derive-segment";
import { replacedMeanwhile, writeSegmentAs } from "./write-segment";

/** Each segment costs a search one look-up for each of its terms. */
export const mostSegments = 300;
const pagesAtOnce = 500;

type Sealed = Readonly<{ id: string; low: number; high: number }>;

/**
 * Puts the oldest sealed segments together while there are more than `most`, eight at a time, each
 * once. They are found until the larger one takes their place. Returns null if there is nothing to
 * do. Throws PageError for a damaged page.
 */
export async function mergeOldest(
  db: Pick<Database, "pool">,
  most = mostSegments,
): Promise<SegmentFacts | null> {
  let merged: SegmentFacts | null = null;
  await withClient(db, async (client) => {
    const some = await findOldest(client, most);
    if (some === null) return;
    const { yieldIfBusy: pause } = makePacer();
    merged = await writeSegmentAs(client, { sealed: true, exclusive: true }, async (take) => {
      await requireUnchanged(client, some);
      const parts: MergePart[] = [];
      for (const segment of some) parts.push(await openPart(client, segment));
      return mergeSegments(parts, { take, pause });
    });
  });
  return merged;
}

async function findOldest(client: Queryable, most: number): Promise<readonly Sealed[] | null> {
  const { rows } = await client.query<{ id: string; low: string; high: string; parts: number }>(
    "select id, low, high, parts from tlog.segment where sealed order by low",
  );
  const first = rows.findIndex(({ parts }) => parts === 1);
  const some = rows.slice(first, first + maxParts);
  if (rows.length <= most || first < 0 || some.length < maxParts) return null;
  if (some.some(({ parts }) => parts > 1)) return null;
  return some.map(({ id, low, high }) => ({ id, low: Number(low), high: Number(high) }));
}

/** One that was rebuilt meanwhile would be replaced by what it was before. */
async function requireUnchanged(client: Queryable, some: readonly Sealed[]): Promise<void> {
  const { rows } = await client.query<{ count: string }>(
    "select count(*) as count from tlog.segment where id = any($1::bigint[])",
    [some.map(({ id }) => id)],
  );
  if (Number(rows[0]?.count) === some.length) return;
  const message = "The segments to put together were replaced meanwhile.";
  throw Object.assign(new Error(message), { code: replacedMeanwhile });
}

/** Opens a sealed segment, whose pages are read as they are needed. */
async function openPart(client: Queryable, { id, low, high }: Sealed): Promise<MergePart> {
  const { rows } = await client.query<{ first: Buffer; body: Buffer }>(
    "select first, body from tlog.page where segment = $1 and first <= $2 order by first",
    [id, Buffer.from(beforeDictionary)],
  );
  const head = rows[0] ? decodeHead(rows[0].body) : null;
  const times = Float64Array.from(rows.slice(1).flatMap(({ body }) => [...decodeTimes(body)]));
  if (head === null || times.length !== high - low)
    throw new PageError(`The segment of the entries ${low} to ${high - 1} is damaged.`);
  return {
    low,
    high,
    blank: head.blank,
    times,
    readAfter: async (key) => {
      const pages = await client.query<{ first: Buffer; body: Buffer }>({
        name: "segment-pages-after",
        text: `select first, body from tlog.page where segment = $1 and first > $2 order by first limit ${pagesAtOnce}`,
        values: [id, Buffer.from(key)],
      });
      return pages.rows;
    },
  };
}
