import { compareBytes, type TokenRun } from "@/lib/log/pure/search-tokens";
import { addRow, type EntryBits, firstTokenOf, forEachRowOf } from "@/lib/log/pure/segment-format";
import { nodeHashSync } from "@/lib/log/tree/hash-sync";

/** Whether a token and all after it are beyond a run. */
const isBeyond = (token: Uint8Array, { low, end }: TokenRun): boolean =>
  end === null ? compareBytes(token, low) > 0 : compareBytes(token, end) >= 0;

/**
 * The pages of a dictionary that show everything it has of a run: those that may hold it, and the
 * next one, which shows that there is no more. `firsts`: the first tokens of all its pages.
 */
export function pagesOfRun(
  firsts: readonly Uint8Array[],
  run: TokenRun,
): Readonly<{ from: number; to: number }> {
  let from = 0;
  for (let above = firsts.length; above - from > 1;) {
    const middle = (from + above) >> 1;
    if (compareBytes(firsts[middle]!, run.low) <= 0) from = middle;
    else above = middle;
  }
  let to = from;
  while (to + 1 < firsts.length && !isBeyond(firsts[to]!, run)) to += 1;
  return { from, to };
}

/** Pages of a segment by their place; the dictionary is those from `start` to `end - 1`. */
export type ProvenPages = Readonly<{
  pages: ReadonlyMap<number, Uint8Array>;
  start: number;
  end: number;
}>;

/**
 * Adds the entries that a segment has of a run. False if the pages don't show all of them. Throws
 * PageError.
 */
export function addProvenRun(
  { pages, start, end }: ProvenPages,
  run: TokenRun,
  bits: EntryBits,
): boolean {
  let at = start;
  for (const [place, body] of pages)
    if (place > at && place < end && compareBytes(firstTokenOf(body), run.low) <= 0) at = place;
  for (; at < end; at += 1) {
    const body = pages.get(at);
    if (body === undefined) return false;
    if (isBeyond(firstTokenOf(body), run)) return true;
    forEachRowOf(run, body, (row) => addRow(row, bits));
  }
  return true;
}

/** The sibling hashes from a leaf up to the root (RFC 6962, section 2.1.1), for each place. */
export function inclusionPaths(
  leaves: readonly Uint8Array[],
  places: readonly number[],
): Uint8Array[][] {
  const paths = places.map((): Uint8Array[] => []);
  for (let row = leaves, level = 0; row.length > 1; level += 1) {
    for (const [n, place] of places.entries()) {
      const sibling = row[Math.floor(place / 2 ** level) ^ 1];
      if (sibling !== undefined) paths[n]!.push(sibling);
    }
    const above: Uint8Array[] = [];
    for (let at = 0; at < row.length; at += 2)
      above.push(at + 1 < row.length ? nodeHashSync(row[at]!, row[at + 1]!) : row[at]!);
    row = above;
  }
  return paths;
}

/**
 * The root that a path leads to (RFC 9162, section 2.1.3.2); null if it has the wrong length.
 */
export function rootOfPath(
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
): Uint8Array | null {
  if (index >= size) return null;
  let [at, last, root] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (last === 0) return null;
    if (at % 2 === 1 || at === last) {
      root = nodeHashSync(sibling, root);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else root = nodeHashSync(root, sibling);
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 ? root : null;
}
