import type { Database } from "@/lib/db/database";
import { makeCompactRange } from "../tree/compact-range";
import { makeTree } from "../tree/edge";
import type { Pacer } from "./pace";
import type { Snapshot } from "./snapshot";
import { type Checks, type EntryRow } from "./types";

export type TreeCheck = Readonly<{
  /** The next entries, in order, none missing. `at` is told the root of every size that is asked for on the way, in ascending order. */
  take: (
    rows: readonly EntryRow[],
    sizes: readonly number[],
    at: (size: number, rootHex: string) => void | Promise<void>,
  ) => Promise<void>;
}>;

type StoredTile = { level: number; idx: string; hashes: Buffer | null };
const HASH = 32;

const hexOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");

/** Grows the tree over the entries' bytes and compares the stored tiles and the stored edge with it. */
export function makeTreeCheck(
  { pool }: Pick<Database, "pool">,
  { tiles: check }: Pick<Checks, "tiles">,
  { tree: stored }: Pick<Snapshot, "tree">,
  pacer: Pacer,
): TreeCheck {
  const fold = makeCompactRange(),
    tree = makeTree({ size: 0, edge: [] });

  const compareTiles = async (made: ReturnType<typeof tree.append>["tiles"]): Promise<void> => {
    const due = made.filter(({ level, index }) => (index + 1) * 256 ** (level + 1) <= stored.size);
    if (due.length === 0) return;
    const { rows } = await pool.query<StoredTile>(
      "select level, idx, hashes from tlog.tile where (level, idx) in (select * from unnest($1::int[], $2::bigint[]))",
      [due.map(({ level }) => level), due.map(({ index }) => index)],
    );
    const found = new Map(rows.map(({ level, idx, hashes }) => [`${level}/${idx}`, hashes]));
    for (const { level, index, hashes } of due) {
      const there = found.get(`${level}/${index}`);
      check.looked();
      if (there === undefined || there === null)
        check.wrong(`The tile ${level}/${index} is missing.`);
      else if (!there.equals(hashes))
        check.wrong(`The tile ${level}/${index} is not that of the entries.`);
      await pacer.breathe();
    }
  };
  const compareEdge = (): void => {
    const edge = tree.edge();
    check.looked(edge.length);
    for (let level = 0; level < Math.max(edge.length, stored.edge.length); level++) {
      if (hexOf(edge[level] ?? new Uint8Array()) !== hexOf(stored.edge[level] ?? new Uint8Array()))
        check.wrong(`The unfinished tile of level ${level} is not that of the entries.`);
    }
  };
  /** Appends rows and compares what they complete. */
  const append = async (rows: readonly EntryRow[]): Promise<void> => {
    const leaves = Buffer.alloc(rows.length * HASH);
    rows.forEach(({ hash }, at) => leaves.set(hash, at * HASH));
    await compareTiles(tree.append(leaves).tiles);
    if (tree.size() === stored.size) compareEdge();
  };

  return {
    take: async (rows, sizes, at) => {
      const start = fold.size(),
        wanted = new Set(sizes);
      if (wanted.has(0) && start === 0) await at(0, hexOf(fold.root()));
      for (const { hash } of rows) {
        fold.addLeaf(hash);
        if (wanted.has(fold.size())) await at(fold.size(), hexOf(fold.root()));
        await pacer.breathe();
      }
      // The edge is compared at exactly the size that the stored tree has.
      const cut =
        stored.size > start && stored.size < start + rows.length
          ? stored.size - start
          : rows.length;
      await append(rows.slice(0, cut));
      if (cut < rows.length) await append(rows.slice(cut));
    },
  };
}

/** Tiles that a tree of the stored size does not have. */
export async function checkSpareTiles(
  { pool }: Pick<Database, "pool">,
  { tiles: check }: Pick<Checks, "tiles">,
): Promise<void> {
  const { rows } = await pool.query<{ level: number; idx: string }>(
    "select level, idx from tlog.tile, tlog.tree where (idx + 1)::numeric * 256::numeric ^ (level + 1) > tree.size order by level, idx limit 100",
  );
  for (const { level, idx } of rows)
    check.wrong(`The tile ${level}/${idx} is stored, and the tree does not reach so far.`);
}
