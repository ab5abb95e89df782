import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { Deps } from "@/lib/runtime/deps";
import { AppError } from "@/lib/errors/app-error";
import { getEntryRow } from "@/lib/log/search/get-entry";
import { toBase64, toHex } from "@/lib/log/pure/bytes";
import {
  findNewestProvableCheckpoint,
  findProvableCheckpointOfSize,
} from "@/lib/log/tree/checkpoint-reader";
import { buildConsistencyProof, buildInclusionProof, rootAt } from "@/lib/log/tree/build-proofs";
import { makeTileReader } from "@/lib/log/tree/tile-reader";

type ProofDeps = Pick<Deps, "db">;
/**
 * Hashes are base64 in paths, as in C2SP, and hex where people compare them. `checkpoint`: the
 * signed note of that size, if one was published.
 */
export type InclusionProofView = Readonly<{
  seq: number;
  leafHashHex: string;
  size: number;
  rootHex: string;
  path: readonly string[];
  checkpoint: string | null;
}>;
export type ConsistencyProofView = Readonly<{
  from: number;
  fromRootHex: string;
  to: number;
  toRootHex: string;
  path: readonly string[];
  checkpoint: string | null;
}>;

/** No published checkpoint covers the subject yet; the next one normally follows within a second. */
export const notCoveredError = (subject: string): AppError =>
  new AppError(
    "log.not-sealed",
    `No published checkpoint covers ${subject} yet. A new checkpoint is published every second; check the progress on the audit log's page.`,
    { retryAfterSeconds: 1 },
  );

async function resolveProofSize(
  deps: ProofDeps,
  requested: number | undefined,
  minSize: number,
  subject: string,
): Promise<number> {
  const newest = await findNewestProvableCheckpoint(deps);
  const size = requested ?? newest?.size ?? 0;
  if (newest === null || size > newest.size)
    throw notCoveredError(size > 0 ? `${size} entries` : subject);
  if (size < minSize)
    throw requested === undefined
      ? notCoveredError(subject)
      : new AppError("log.proof-sizes", `A tree of ${size} entries does not contain ${subject}.`);
  return size;
}

/**
 * Proves that an entry, by number or id, is in the tree of `size` entries; by default the tree of
 * the newest published checkpoint. Needs audit.read. Throws AppError `entry.not-found`, `log.not-sealed`,
 * `log.proof-sizes`.
 */
export async function getInclusionProof(
  deps: ProofDeps,
  actor: Actor,
  { entry, size: requested }: Readonly<{ entry: string; size?: number | undefined }>,
): Promise<InclusionProofView> {
  authorize(actor, "audit.read");
  const { seq, leafHash } = await getEntryRow(deps, entry);
  const size = await resolveProofSize(deps, requested, seq + 1, `entry ${seq}`);
  const read = makeTileReader(deps.db, size);
  const [path, root, signed] = await Promise.all([
    buildInclusionProof(read, seq, size),
    rootAt(read, size),
    findProvableCheckpointOfSize(deps, size),
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
 * Proves that the tree of `to` entries, by default that of the newest published checkpoint, extends
 * the tree of `from` entries. Needs audit.read. Throws AppError `log.not-sealed`, `log.proof-sizes`.
 */
export async function getConsistencyProof(
  deps: ProofDeps,
  actor: Actor,
  { from, to }: Readonly<{ from: number; to?: number | undefined }>,
): Promise<ConsistencyProofView> {
  authorize(actor, "audit.read");
  const size = await resolveProofSize(deps, to, from, `${from} entries`);
  const read = makeTileReader(deps.db, size);
  const [path, oldRoot, root, signed] = await Promise.all([
    buildConsistencyProof(read, from, size),
    rootAt(read, from),
    rootAt(read, size),
    findProvableCheckpointOfSize(deps, size),
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
