import { equalBytes } from "./bytes";
import type { LogCrypto } from "./crypto";
import { emptyRoot, HASH_BYTES, leafHashOf, nodeHashOf } from "./hashes";
import { ProofError } from "./proof-error";

export { emptyRoot, leafHashOf, nodeHashOf, ProofError };

export type Inclusion = Readonly<{
  leafHash: Uint8Array;
  index: number;
  size: number;
  path: readonly Uint8Array[];
}>;
export type Consistency = Readonly<{
  oldSize: number;
  oldRoot: Uint8Array;
  newSize: number;
  newRoot: Uint8Array;
  path: readonly Uint8Array[];
}>;

const half = (value: number): number => Math.floor(value / 2),
  isOdd = (value: number): boolean => value % 2 === 1;
const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

function needHashes(hashes: readonly Uint8Array[]): void {
  for (const hash of hashes)
    if (hash.length !== HASH_BYTES)
      throw new ProofError(
        "proof.hash-length",
        `A hash of ${hash.length} bytes; SHA-256 has ${HASH_BYTES}.`,
      );
}

/**
 * The root that an inclusion path leads to (RFC 9162, section 2.1.3.2): compare it with a signed one. Throws ProofError
 * `proof.index`, `proof.hash-length`, `proof.length`.
 */
export async function rootFromInclusion(
  c: LogCrypto,
  { leafHash, index, size, path }: Inclusion,
): Promise<Uint8Array> {
  if (!isCount(index) || !isCount(size) || index >= size)
    throw new ProofError(
      "proof.index",
      `Entry ${index} is not in a tree of ${size} entries, which begin with 0.`,
    );
  needHashes([leafHash, ...path]);
  let at = index,
    last = size - 1,
    root = leafHash;
  for (const sibling of path) {
    if (last === 0)
      throw new ProofError(
        "proof.length",
        `The path to entry ${index} is longer than a tree of ${size} entries is high.`,
      );
    if (isOdd(at) || at === last) {
      root = await nodeHashOf(c, sibling, root);
      while (!isOdd(at) && at !== 0) [at, last] = [half(at), half(last)];
    } else root = await nodeHashOf(c, root, sibling);
    [at, last] = [half(at), half(last)];
  }
  if (last !== 0)
    throw new ProofError(
      "proof.length",
      `The path to entry ${index} ends below the root of a tree of ${size} entries.`,
    );
  return root;
}

/** Proves that the entry is in the tree with this root. Throws ProofError as rootFromInclusion, and `proof.root` if it is not. */
export async function verifyInclusion(
  c: LogCrypto,
  proof: Inclusion & Readonly<{ root: Uint8Array }>,
): Promise<void> {
  if (!equalBytes(await rootFromInclusion(c, proof), proof.root))
    throw new ProofError(
      "proof.root",
      `Entry ${proof.index} is not part of the tree of ${proof.size} entries: its path leads to another root.`,
    );
}

/**
 * Proves that the tree of `newSize` entries begins with exactly the `oldSize` entries of the old one (RFC 9162, section 2.1.4.2).
 * Throws ProofError `proof.sizes`, `proof.hash-length`, `proof.length`, `proof.old-root`, `proof.new-root`.
 */
export async function verifyConsistency(
  c: LogCrypto,
  { oldSize, oldRoot, newSize, newRoot, path }: Consistency,
): Promise<void> {
  if (!isCount(oldSize) || !isCount(newSize) || oldSize > newSize)
    throw new ProofError(
      "proof.sizes",
      `A tree of ${newSize} entries cannot go on from one of ${oldSize}.`,
    );
  needHashes([oldRoot, newRoot, ...path]);
  if (oldSize === 0 || oldSize === newSize)
    return needTrivial({ oldSize, oldRoot, newSize, newRoot, path });
  const roots = await rootsFromConsistency(c, { oldSize, oldRoot, newSize, path });
  if (!equalBytes(roots.old, oldRoot))
    throw new ProofError(
      "proof.old-root",
      `The first ${oldSize} entries are not those of the older tree: something in them was changed.`,
    );
  if (!equalBytes(roots.grown, newRoot))
    throw new ProofError(
      "proof.new-root",
      `The proof from ${oldSize} to ${newSize} entries does not lead to the newer root.`,
    );
}

async function rootsFromConsistency(
  c: LogCrypto,
  { oldSize, oldRoot, newSize, path }: Omit<Consistency, "newRoot">,
): Promise<{ old: Uint8Array; grown: Uint8Array }> {
  let at = oldSize - 1,
    last = newSize - 1;
  while (isOdd(at)) [at, last] = [half(at), half(last)];
  // A complete old tree is itself the first node of the path.
  const [first, ...rest] = at === 0 ? [oldRoot, ...path] : path;
  const wrongLength = (): ProofError =>
    new ProofError(
      "proof.length",
      `The proof from ${oldSize} to ${newSize} entries has ${path.length} hashes, which is not its length.`,
    );
  if (!first) throw wrongLength();
  let old = first,
    grown = first;
  for (const node of rest) {
    if (last === 0) throw wrongLength();
    if (isOdd(at) || at === last) {
      old = await nodeHashOf(c, node, old);
      grown = await nodeHashOf(c, node, grown);
      while (!isOdd(at) && at !== 0) [at, last] = [half(at), half(last)];
    } else grown = await nodeHashOf(c, grown, node);
    [at, last] = [half(at), half(last)];
  }
  if (last !== 0) throw wrongLength();
  return { old, grown };
}

function needTrivial({ oldSize, oldRoot, newSize, newRoot, path }: Consistency): void {
  if (path.length > 0)
    throw new ProofError(
      "proof.length",
      `From ${oldSize} to ${newSize} entries nothing is to be proven, yet ${path.length} hashes came.`,
    );
  if (oldSize === newSize && !equalBytes(oldRoot, newRoot))
    throw new ProofError(
      "proof.old-root",
      `Two different trees of ${oldSize} entries: the log was forked.`,
    );
  if (oldSize === 0 && !equalBytes(oldRoot, emptyRoot))
    throw new ProofError("proof.old-root", "A tree without entries has another root than this.");
}
