import type { Database } from "@/lib/db/database";
import { AppError } from "@/lib/errors/app-error";
import { makeTree, type Tree } from "../tree/edge";
import { growTree, readLeafHashes, readTree } from "./log-repository";

export type Grown = Readonly<{ size: number; root: Uint8Array }>;
export type Integrator = Readonly<{
  /** Grows the stored tree up to that size, which the log has reached; returns where it stands then. Never two at once. */
  growTo: (size: number) => Promise<Grown>;
}>;

const HASH = 32;
/** Forty full tiles: some ten milliseconds of hashing at a time, in a process that answers requests as well. */
const BATCH = 10_240;
const TRIES = 5,
  MOVED_ON = "40001";

/** Builds the tree over tlog.entry, from where the stored one ends. What fails is read again from the database at the next call. */
export function makeIntegrator(
  db: Readonly<{ pool: Pick<Database["pool"], "query"> }>,
  onProgress: (size: number, target: number) => void = () => {},
): Integrator {
  let tree: Tree | null = null;
  const step = async (target: number): Promise<Tree> => {
    const current = tree ?? makeTree(await readTree(db));
    tree = null;
    const from = current.size(),
      to = Math.min(target, from + BATCH);
    if (to > from) {
      const leaves = await readLeafHashes(db, from, to);
      if (leaves.length !== (to - from) * HASH)
        throw entriesMissing(from, to, leaves.length / HASH);
      const { tiles, edge } = current.append(leaves);
      await growTree(db, { from, to, edge, tiles });
    }
    tree = current;
    return current;
  };
  /** Whoever grew it meanwhile has come as far as we would have. */
  const stepAgain = async (size: number): Promise<Tree> => {
    for (let left = TRIES; ; left--) {
      try {
        return await step(size);
      } catch (error) {
        if ((error as { code?: unknown }).code !== MOVED_ON || left === 0) throw error;
      }
    }
  };
  return {
    growTo: async (size) => {
      let now = await stepAgain(size);
      while (now.size() < size) {
        onProgress(now.size(), size);
        now = await stepAgain(size);
      }
      return { size: now.size(), root: now.root() };
    },
  };
}

function entriesMissing(from: number, to: number, found: number): AppError {
  return new AppError(
    "log.entries-missing",
    `Of the log's entries ${from} to ${to - 1} only ${found} are in the database, so no checkpoint can be made. The verification of the log says which are missing.`,
    { kind: "unavailable" },
  );
}
