import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { findEntryRow } from "./find-entry-row";
import { toBase64, toHex } from "./pure/bytes";
import { newestProvable, provableAt } from "./provable";
import { proveConsistency, proveInclusion, rootAt } from "./tree/prove";
import { makeReadHashes } from "./tree-reader";

type ProofDeps = Pick<Deps, "db">;
/** Hashes are base64 in paths, as C2SP has them, and hex where people compare them. `checkpoint`: the signed note of that size, if one was published. */
export type InclusionProof = Readonly<{
  seq: number;
  leafHashHex: string;
  size: number;
  rootHex: string;
  path: readonly string[];
  checkpoint: string | null;
}>;
export type ConsistencyProof = Readonly<{
  from: number;
  fromRootHex: string;
  to: number;
  toRootHex: string;
  path: readonly string[];
  checkpoint: string | null;
}>;

/** Nothing can be proven yet; the next checkpoint comes within a second. */
export const notSealed = (what: string): AppError =>
  new AppError(
    "log.not-sealed",
    `${what} Checkpoints come each second while the log is published; /audit/log says how far it is.`,
    { kind: "conflict", retryAfterSeconds: 1 },
  );

async function provableSize(
  deps: ProofDeps,
  asked: number | undefined,
  least: number,
  what: string,
): Promise<number> {
  const newest = await newestProvable(deps),
    size = asked ?? newest?.size ?? 0;
  if (newest === null || size > newest.size)
    throw notSealed(`No published checkpoint covers ${size > 0 ? `${size} entries` : what} yet.`);
  if (size < least)
    throw asked === undefined
      ? notSealed(`No published checkpoint covers ${what} yet.`)
      : new AppError("log.proof-sizes", `A tree of ${size} entries does not hold ${what}.`);
  return size;
}

/**
 * That an entry (by number or id) is in the tree of `size` entries, by default that of the newest published checkpoint. Needs audit.read.
 * Throws AppError `entry.not-found`, `log.not-sealed`, `log.proof-sizes`.
 */
export async function inclusion(
  deps: ProofDeps,
  actor: Actor,
  { entry, size: asked }: Readonly<{ entry: string; size?: number | undefined }>,
): Promise<InclusionProof> {
  authorize(actor, "audit.read");
  const { seq, leafHash } = await findEntryRow(deps, entry),
    size = await provableSize(deps, asked, seq + 1, `entry ${seq}`),
    read = makeReadHashes(deps.db, size);
  const [path, root, signed] = await Promise.all([
    proveInclusion(read, seq, size),
    rootAt(read, size),
    provableAt(deps, size),
  ]);
  return {
    seq,
    leafHashHex: toHex(leafHash),
    size,
    rootHex: toHex(root),
    path: path.map(toBase64),
    checkpoint: signed?.note ?? null,
  };
}

/**
 * That the tree of `to` entries, by default that of the newest published checkpoint, begins with the one of `from` entries. Needs audit.read.
 * Throws AppError `log.not-sealed`, `log.proof-sizes`.
 */
export async function consistency(
  deps: ProofDeps,
  actor: Actor,
  { from, to }: Readonly<{ from: number; to?: number | undefined }>,
): Promise<ConsistencyProof> {
  authorize(actor, "audit.read");
  const size = await provableSize(deps, to, from, `${from} entries`),
    read = makeReadHashes(deps.db, size);
  const [path, oldRoot, root, signed] = await Promise.all([
    proveConsistency(read, from, size),
    rootAt(read, from),
    rootAt(read, size),
    provableAt(deps, size),
  ]);
  return {
    from,
    fromRootHex: toHex(oldRoot),
    to: size,
    toRootHex: toHex(root),
    path: path.map(toBase64),
    checkpoint: signed?.note ?? null,
  };
}
