import { toHex } from "@/lib/log/pure/bytes";
import type { Database } from "@/lib/runtime/deps";
import { makeSyncCompactRange } from "@/lib/log/tree/compact-range-sync";
import { makeAppendOnlyTree } from "@/lib/log/tree/append-only-tree";
import type { Pacer } from "@/lib/log/reconcile/pacer";
import type { Snapshot } from "./snapshot";
import { type Checks, type EntryRow } from "./types";

export type TreeCheck = Readonly<{
  /**
   * Adds the next entries, in order, none missing. Calls `onRoot` with the root at each of `sizes`
   * that is reached, in ascending order.
   */
  add: (
    rows: readonly EntryRow[],
    sizes: readonly number[],
    onRoot: (size: number, rootHex: string) => void | Promise<void>,
  ) => Promise<void>;
}>;

type StoredTile = { level: number; idx: string; hashes: Buffer | null };
const hashBytes = 32;

/** Builds the tree from the entries' bytes and compares the stored tiles and the stored edge. */
export function makeTreeCheck(
  { pool }: Pick<Database, "pool">,
  { tiles: check }: Pick<Checks, "tiles">,
  { tree: stored }: Pick<Snapshot, "tree">,
  pacer: Pacer,
): TreeCheck {
  const fold = makeSyncCompactRange();
  const tree = makeAppendOnlyTree({ size: 0, edge: [] });
  const checkTiles = async (made: ReturnType<typeof tree.append>["tiles"]): Promise<void> => {
    const due = made.filter(({ level, index }) => (index + 1) * 256 ** (level + 1) <= stored.size);
    if (due.length === 0) return;
    const { rows } = await pool.query<StoredTile>(
      "select level, idx, hashes from tlog.tile where (level, idx) in (select * from unnest($1::int[], $2::bigint[]))",
      [due.map(({ level }) => level), due.map(({ index }) => index)],
    );
    const storedTiles = new Map(rows.map(({ level, idx, hashes }) => [`${level}/${idx}`, hashes]));
    for (const { level, index, hashes } of due) {
      const storedHashes = storedTiles.get(`${level}/${index}`);
      check.count();
      if (storedHashes === undefined || storedHashes === null)
        check.problem(`The tile ${level}/${index} is missing.`);
      else if (!storedHashes.equals(hashes))
        check.problem(`The tile ${level}/${index} does not match the entries.`);
      await pacer.yieldIfBusy();
    }
  };
  const checkEdge = (): void => {
    const edge = tree.edge();
    check.count(edge.length);
    for (let level = 0; level < Math.max(edge.length, stored.edge.length); level++) {
      if (toHex(edge[level] ?? new Uint8Array()) !== toHex(stored.edge[level] ?? new Uint8Array()))
        check.problem(`The partial tile of level ${level} does not match the entries.`);
    }
  };
  /** Appends rows and checks the tiles that they complete. */
  const append = async (rows: readonly EntryRow[]): Promise<void> => {
    const leaves = Buffer.alloc(rows.length * hashBytes);
    rows.forEach(({ hash }, at) => leaves.set(hash, at * hashBytes));
    await checkTiles(tree.append(leaves).tiles);
    if (tree.size() === stored.size) checkEdge();
  };

  return {
    add: async (rows, sizes, onRoot) => {
      const start = fold.size();
      const wanted = new Set(sizes);
      if (wanted.has(0) && start === 0) await onRoot(0, toHex(fold.root()));
      for (const { hash } of rows) {
        fold.addLeaf(hash);
        if (wanted.has(fold.size())) await onRoot(fold.size(), toHex(fold.root()));
        await pacer.yieldIfBusy();
      }
      // The stored edge can only be compared at exactly the size of the stored tree.
      const cut =
        stored.size > start && stored.size < start + rows.length
          ? stored.size - start
          : rows.length;
      await append(rows.slice(0, cut));
      if (cut < rows.length) await append(rows.slice(cut));
    },
  };
}

/** Reports tiles that a tree of the stored size does not have. */
export async function checkSurplusTiles(
  { pool }: Pick<Database, "pool">,
  { tiles: check }: Pick<Checks, "tiles">,
): Promise<void> {
  const { rows } = await pool.query<{ level: number; idx: string }>(
    "select level, idx from tlog.tile, tlog.tree where (idx + 1)::numeric * 256::numeric ^ (level + 1) > tree.size order by level, idx limit 100",
  );
  for (const { level, idx } of rows)
    check.problem(`The tile ${level}/${idx} is stored, but the tree is too small to have it.`);
}
