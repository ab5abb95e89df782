import { equalBytes } from "./bytes";
import type { LogCrypto } from "./crypto";
import { emptyRoot, hashBytes, leafHashOf, nodeHashOf } from "./hashes";
import { ProofError } from "./proof-error";

export { emptyRoot, leafHashOf, nodeHashOf };

export type InclusionProof = Readonly<{
  leafHash: Uint8Array;
  index: number;
  size: number;
  path: readonly Uint8Array[];
}>;
export type ConsistencyProof = Readonly<{
  oldSize: number;
  oldRoot: Uint8Array;
  newSize: number;
  newRoot: Uint8Array;
  path: readonly Uint8Array[];
}>;

const half = (value: number): number => Math.floor(value / 2);
const isOdd = (value: number): boolean => value % 2 === 1;
const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

function requireHashLengths(hashes: readonly Uint8Array[]): void {
  for (const hash of hashes)
    if (hash.length !== hashBytes)
      throw new ProofError(
        "proof.hash-length",
        `A hash in the proof has ${hash.length} bytes; SHA-256 hashes have ${hashBytes}.`,
      );
}

/**
 * The root hash that an inclusion proof leads to (RFC 9162, section 2.1.3.2), to be compared with a
 * signed one. Throws ProofError `proof.index`, `proof.hash-length`, `proof.length`.
 */
export async function rootFromInclusion(
  c: LogCrypto,
  { leafHash, index, size, path }: InclusionProof,
): Promise<Uint8Array> {
  if (!isCount(index) || !isCount(size) || index >= size)
    throw new ProofError(
      "proof.index",
      `Entry ${index} is not in a tree of ${size} entries, which are numbered from 0.`,
    );
  requireHashLengths([leafHash, ...path]);
  let at = index;
  let last = size - 1;
  let root = leafHash;
  for (const sibling of path) {
    if (last === 0)
      throw new ProofError(
        "proof.length",
        `The proof for entry ${index} is too long for a tree of ${size} entries.`,
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
      `The proof for entry ${index} is too short for a tree of ${size} entries.`,
    );
  return root;
}

/**
 * Verifies that the entry is in the tree with this root. Throws ProofError as rootFromInclusion
 * does, and `proof.root` if it is not.
 */
export async function verifyInclusion(
  c: LogCrypto,
  proof: InclusionProof & Readonly<{ root: Uint8Array }>,
): Promise<void> {
  if (!equalBytes(await rootFromInclusion(c, proof), proof.root))
    throw new ProofError(
      "proof.root",
      `Entry ${proof.index} is not part of the tree of ${proof.size} entries: its proof leads to a different root.`,
    );
}

/**
 * Verifies that the tree of `newSize` entries extends the tree of `oldSize` entries: it starts with
 * exactly the same ones (RFC 9162, section 2.1.4.2). Throws ProofError `proof.sizes`, `proof.hash-length`,
 * `proof.length`, `proof.old-root`, `proof.new-root`.
 */
export async function verifyConsistency(
  c: LogCrypto,
  { oldSize, oldRoot, newSize, newRoot, path }: ConsistencyProof,
): Promise<void> {
  if (!isCount(oldSize) || !isCount(newSize) || oldSize > newSize)
    throw new ProofError(
      "proof.sizes",
      `A tree of ${newSize} entries cannot extend one of ${oldSize}.`,
    );
  requireHashLengths([oldRoot, newRoot, ...path]);
  if (oldSize === 0 || oldSize === newSize)
    return verifyTrivialConsistency({ oldSize, oldRoot, newSize, newRoot, path });
  const roots = await rootsFromConsistency(c, { oldSize, oldRoot, newSize, path });
  if (!equalBytes(roots.old, oldRoot))
    throw new ProofError(
      "proof.old-root",
      `The first ${oldSize} entries differ from the older tree: they were changed.`,
    );
  if (!equalBytes(roots.grown, newRoot))
    throw new ProofError(
      "proof.new-root",
      `The consistency proof from ${oldSize} to ${newSize} entries does not lead to the newer root.`,
    );
}

async function rootsFromConsistency(
  c: LogCrypto,
  { oldSize, oldRoot, newSize, path }: Omit<ConsistencyProof, "newRoot">,
): Promise<{ old: Uint8Array; grown: Uint8Array }> {
  let at = oldSize - 1;
  let last = newSize - 1;
  while (isOdd(at)) [at, last] = [half(at), half(last)];
  // If the old tree is complete, its root is the first node of the path.
  const [first, ...rest] = at === 0 ? [oldRoot, ...path] : path;
  const wrongLength = (): ProofError =>
    new ProofError(
      "proof.length",
      `The consistency proof from ${oldSize} to ${newSize} entries has the wrong length: ${path.length} hashes.`,
    );
  if (!first) throw wrongLength();
  let old = first;
  let grown = first;
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

function verifyTrivialConsistency({
  oldSize,
  oldRoot,
  newSize,
  newRoot,
  path,
}: ConsistencyProof): void {
  if (path.length > 0)
    throw new ProofError(
      "proof.length",
      `The consistency proof from ${oldSize} to ${newSize} entries must be empty, but has ${path.length} hashes.`,
    );
  if (oldSize === newSize && !equalBytes(oldRoot, newRoot))
    throw new ProofError(
      "proof.old-root",
      `There are two different trees of ${oldSize} entries: the log was forked.`,
    );
  if (oldSize === 0 && !equalBytes(oldRoot, emptyRoot))
    throw new ProofError("proof.old-root", "This is not the root of an empty tree.");
}
