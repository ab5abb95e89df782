import type { Database } from "@/lib/runtime/deps";
import { AppError } from "@/lib/errors/app-error";
import { type AppendOnlyTree, makeAppendOnlyTree } from "@/lib/log/tree/append-only-tree";
import { growTree, readLeafHashes, readTree } from "./log-repository";

/** How large the stored tree is, and its root. */
export type TreeHead = Readonly<{ size: number; root: Uint8Array }>;
export type Integrator = Readonly<{
  /**
   * Grows the stored tree to at least `size`, which the log must have reached. Returns the tree
   * head afterwards. Calls must not overlap. Throws AppError `log.entries-missing`.
   */
  growTo: (size: number) => Promise<TreeHead>;
}>;

const hashBytes = 32;
/** Forty full tiles: about ten milliseconds of hashing in a process that also answers requests. */
const batchSize = 10_240;
const maxRetries = 5;
const serializationFailure = "40001";

/**
 * Integrates the entries of tlog.entry into the Merkle tree, from where the stored tree ends. After
 * an error the next call reads the tree from the database again.
 */
export function makeIntegrator(
  db: Readonly<{ pool: Pick<Database["pool"], "query"> }>,
  onProgress: (size: number, target: number) => void = () => {},
): Integrator {
  let tree: AppendOnlyTree | null = null;
  const step = async (target: number): Promise<AppendOnlyTree> => {
    const current = tree ?? makeAppendOnlyTree(await readTree(db));
    tree = null;
    const from = current.size();
    const to = Math.min(target, from + batchSize);
    if (to > from) {
      const leaves = await readLeafHashes(db, from, to);
      if (leaves.length !== (to - from) * hashBytes)
        throw entriesMissingError(from, to, leaves.length / hashBytes);
      const { tiles, edge } = current.append(leaves);
      await growTree(db, { from, to, edge, tiles });
    }
    tree = current;
    return current;
  };
  /** Another process may have grown the tree in the meantime; then there is less left to do. */
  const stepWithRetry = async (size: number): Promise<AppendOnlyTree> => {
    for (let retriesLeft = maxRetries; ; retriesLeft--) {
      try {
        return await step(size);
      } catch (error) {
        if ((error as { code?: unknown }).code !== serializationFailure || retriesLeft === 0)
          throw error;
      }
    }
  };
  return {
    growTo: async (size) => {
      let grown = await stepWithRetry(size);
      while (grown.size() < size) {
        onProgress(grown.size(), size);
        grown = await stepWithRetry(size);
      }
      return { size: grown.size(), root: grown.root() };
    },
  };
}

function entriesMissingError(from: number, to: number, count: number): AppError {
  return new AppError(
    "log.entries-missing",
    `The database holds only ${count} of the log's entries ${from} to ${to - 1}, so no checkpoint can be made. Verify the log to see which entries are missing.`,
  );
}
