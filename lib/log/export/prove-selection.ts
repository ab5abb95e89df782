import { beforeDictionary } from "@/lib/log/derive/merge-segments";
import { inclusionPaths, pagesOfRun } from "@/lib/log/derive/prove-pages";
import { compareBytes, factRun } from "@/lib/log/pure/search-tokens";
import { readEntry } from "@/lib/log/read-entry";
import { searchOf } from "@/lib/log/search/filter";
import { findCovering, type StoredSegment } from "@/lib/log/segments/check-segment";
import { findRows } from "@/lib/log/segments/find-rows";
import { withSnapshot } from "@/lib/db/snapshot";
import type { IndexSearch } from "@/lib/log/segments/walk-segments";
import type { Queryable } from "@/lib/log/sequence/leader";
import { buildInclusionProof, type ReadTile } from "@/lib/log/tree/build-proofs";
import type { Deps } from "@/lib/runtime/deps";
import type { ExportScope } from "./export-scope";

type Db = Deps["db"];
type Seal = Readonly<{ seq: number; entry: Buffer }>;
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

/**
 * The lines of a filtered export that show what the search index has for its filter: for each sealed
 * segment whose digest is in an entry below the checkpoint, that entry and the pages of the filter's
 * terms, each with its path (docs/log-format.md).
 */
export async function* proveSelection(
  db: Db,
  { filter, checkpoint, isWhole }: ExportScope,
  readTile: ReadTile,
): AsyncGenerator<string, void, undefined> {
  const size = checkpoint?.size ?? 0;
  if (isWhole || size === 0) return;
  const search = searchOf(filter, { low: 0, high: size });
  const seals = await findSeals(db, size);
  for (let next = 0; next < size && seals.size > 0;) {
    const found = await withSnapshot(db, async (client) => {
      const segment = await findCovering(client, next);
      if (segment === null || segment.low >= segment.high) return null;
      const seal = seals.get(keyOf(segment, segment.root.toString("hex")));
      const isProven = segment.sealed && seal !== undefined && segment.high <= size;
      return { segment, seal, proof: isProven ? await provePages(client, segment, search) : null };
    });
    if (found === null) return;
    const { segment, seal, proof } = found;
    next = segment.high;
    if (proof === null || seal === undefined) continue;
    const path = (await buildInclusionProof(readTile, seal.seq, size)).map(base64);
    yield `${JSON.stringify({ index: { seal: { seq: seal.seq, entry: base64(seal.entry), path }, pages: proof } })}\n`;
  }
}

const keyOf = ({ low, high }: Readonly<{ low: unknown; high: unknown }>, root: unknown): string =>
  `${String(low)}-${String(high)}-${String(root)}`;

/** Entries with the digest of a segment, by its range and digest. */
async function findSeals(db: Db, size: number): Promise<ReadonlyMap<string, Seal>> {
  const all = [[factRun("action", "index.sealed")], [factRun("outcome", "success")]];
  const seals = new Map<string, Seal>();
  for (const row of await findRows(db, { all, high: size, order: "asc" }, Infinity)) {
    const reading = readEntry(row.entry, row.entry_id);
    if (!reading.readable) continue;
    const { low, high, root } = reading.record.details;
    seals.set(keyOf({ low, high }, root), { seq: Number(row.seq), entry: Buffer.from(row.entry) });
  }
  return seals;
}

type ProvenPage = Readonly<{ n: number; body: string; path: readonly string[] }>;

async function provePages(
  client: Queryable,
  segment: StoredSegment,
  search: IndexSearch,
): Promise<readonly ProvenPage[]> {
  const { rows } = await client.query<[Buffer, Buffer]>({
    name: "segment-leaves",
    text: "select first, sha256('\\x00'::bytea || body) from tlog.page where segment = $1 order by first",
    values: [segment.id],
    rowMode: "array",
  });
  const firsts = rows.map(([first]) => first);
  const places = placesOf(segment, search, firsts);
  const bodies = await client.query<[Buffer, Buffer]>({
    name: "segment-bodies",
    text: "select first, body from tlog.page where segment = $1 and first = any($2::bytea[]) order by first",
    values: [segment.id, places.map((place) => firsts[place])],
    rowMode: "array",
  });
  const leaves = rows.map(([, leaf]) => leaf);
  const paths = inclusionPaths(leaves, places);
  return bodies.rows.map(([, body], n) => ({
    n: places[n]!,
    body: base64(body),
    path: paths[n]!.map(base64),
  }));
}

/** The head; the pages of every term; and the times, if not all are within those that are asked for. */
function placesOf(
  { firstMs, lastMs }: StoredSegment,
  { all, fromMs = null, untilMs = null }: IndexSearch,
  firsts: readonly Uint8Array[],
): number[] {
  const places = new Set([0]);
  const isOutside =
    (fromMs !== null && lastMs < fromMs) || (untilMs !== null && firstMs >= untilMs);
  if (isOutside) return [...places];
  const start = firsts.findIndex((first) => compareBytes(first, beforeDictionary) > 0);
  const dictionary = firsts.slice(start);
  for (const run of all.flat()) {
    const { from, to } = pagesOfRun(dictionary, run);
    for (let at = from; at <= to; at += 1) places.add(start + at);
  }
  const isAtEdge = (fromMs !== null && firstMs < fromMs) || (untilMs !== null && lastMs >= untilMs);
  if (isAtEdge) for (let at = 1; at < start; at += 1) places.add(at);
  return [...places].toSorted((a, b) => a - b);
}
