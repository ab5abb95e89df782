import { segmentFormat } from "@/lib/log/pure/search-tokens";
import type { Page } from "@/lib/log/pure/segment-format";
import type { Queryable } from "@/lib/log/sequence/leader";
import type { EncodedSegment } from "./segment-builder";

const chunkBytes = 1_048_576;

/**
 * Puts a segment in the place of all that its range covers, and does `also` in the same transaction.
 * Throws a database error if it would leave a gap or cut another segment.
 */
export async function writeSegment(
  client: Queryable,
  segment: EncodedSegment,
  sealed: boolean,
  also: (client: Queryable) => Promise<void> = async () => {},
): Promise<void> {
  await client.query("begin");
  try {
    const { low, high, root, pages, firstMs, lastMs } = segment;
    const { rows } = await client.query<{ id: string }>({
      name: "replace-segments",
      text: "select tlog.replace_segments($1, $2, $3, $4::smallint, $5, $6, $7, $8) as id",
      values: [low, high, sealed, segmentFormat, root, pages.length, firstMs, lastMs],
    });
    for (const chunk of chunksOf(pages))
      await client.query({
        name: "add-segment-pages",
        text: "select tlog.add_pages($1, $2, $3::int[], $4::int[])",
        values: [
          rows[0]?.id,
          Buffer.concat(chunk.flatMap(({ first, body }) => [first, body])),
          chunk.map(({ first }) => first.length),
          chunk.map(({ body }) => body.length),
        ],
      });
    await also(client);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => {});
    throw error;
  }
}

function chunksOf(pages: readonly Page[]): Page[][] {
  const chunks: Page[][] = [];
  let size = Infinity;
  for (const page of pages) {
    if (size >= chunkBytes) {
      chunks.push([]);
      size = 0;
    }
    chunks.at(-1)!.push(page);
    size += page.first.length + page.body.length;
  }
  return chunks;
}
