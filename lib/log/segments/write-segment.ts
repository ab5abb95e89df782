import type { SegmentFacts } from "@/lib/log/derive/merge-segments";
import type { EncodedSegment } from "@/lib/log/derive/segment-builder";
import { segmentFormat } from "@/lib/log/pure/search-tokens";
import type { Page } from "@/lib/log/pure/segment-format";
import type { Queryable } from "@/lib/log/sequence/leader";

/** SQLSTATE of a write whose range is covered otherwise by now: another process was faster. */
export const replacedMeanwhile = "55000";

const chunkBytes = 1_048_576;
/** An advisory lock. No other may use its key. */
const segmentsLockKey = 24_262_379_565n;

type AddPage = (page: Page) => Promise<void>;
type WriteOptions = Readonly<{
  sealed: boolean;
  /** Waits for others that read or write stored segments to make new ones of them. */
  exclusive?: boolean;
  /** Where the index must end before; a write that finds it elsewhere fails. */
  expected?: number;
  /** What belongs to the same transaction. */
  also?: (client: Queryable) => Promise<void>;
}>;

/** Writes a segment as writeSegmentAs does. */
export const writeSegment = (
  client: Queryable,
  { pages, ...segment }: EncodedSegment,
  options: WriteOptions,
): Promise<SegmentFacts> =>
  writeSegmentAs(client, options, async (add) => {
    for (const page of pages) await add(page);
    return { ...segment, pages: pages.length };
  });

/**
 * Writes a segment whose pages `make` adds, and puts it in the place of all that its range covers.
 * One transaction. Throws a database error if it would leave a gap or cut another segment.
 */
export async function writeSegmentAs(
  client: Queryable,
  { sealed, exclusive = false, expected, also = async () => {} }: WriteOptions,
  make: (add: AddPage) => Promise<SegmentFacts>,
): Promise<SegmentFacts> {
  await client.query("begin");
  try {
    if (exclusive) await client.query("select pg_advisory_xact_lock($1)", [segmentsLockKey]);
    const { rows } = await client.query<{ id: string }>({
      name: "draft-segment",
      text: "select tlog.draft_segment($1) as id",
      values: [sealed],
    });
    const id = rows[0]?.id;
    const writer = writePages(client, id);
    const segment = await make(writer.add);
    await writer.finish();
    const { low, high, root, pages, firstMs, lastMs } = segment;
    if (expected !== undefined)
      await client.query({
        name: "expect-index",
        text: "select tlog.expect_index($1)",
        values: [expected],
      });
    await client.query({
      name: "replace-segments",
      text: "select tlog.replace_segments($1, $2, $3, $4::smallint, $5, $6, $7, $8)",
      values: [id, low, high, segmentFormat, root, pages, firstMs, lastMs],
    });
    await also(client);
    await client.query("commit");
    return segment;
  } catch (error) {
    await client.query("rollback").catch(() => {});
    throw error;
  }
}

/** Adds pages to a draft, about a megabyte at a time. */
function writePages(
  client: Queryable,
  id: string | undefined,
): Readonly<{ add: AddPage; finish: () => Promise<void> }> {
  let chunk: Page[] = [];
  let size = 0;
  const finish = async (): Promise<void> => {
    if (chunk.length === 0) return;
    await client.query({
      name: "add-segment-pages",
      text: "select tlog.add_pages($1, $2, $3::int[], $4::int[])",
      values: [
        id,
        Buffer.concat(chunk.flatMap(({ first, body }) => [first, body])),
        chunk.map(({ first }) => first.length),
        chunk.map(({ body }) => body.length),
      ],
    });
    chunk = [];
    size = 0;
  };
  const add: AddPage = async (page) => {
    chunk.push(page);
    size += page.first.length + page.body.length;
    if (size >= chunkBytes) await finish();
  };
  return { add, finish };
}
