import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { toBase64, toHex } from "@/lib/log/pure/bytes";
import { emptyWitnessPolicy, smallestQuorum } from "@/lib/log/pure/witness-policy";
import { getEntryRow } from "@/lib/log/search/get-entry";
import {
  buildConsistencyProof,
  buildInclusionProof,
  type ReadTile,
} from "@/lib/log/tree/build-proofs";
import {
  findNewestProvableCheckpoint,
  type ProvableCheckpoint,
  verifyCheckpointView,
} from "@/lib/log/tree/checkpoint-reader";
import { makeTileReader } from "@/lib/log/tree/tile-reader";
import type { EntryProof } from "@/lib/log/view-types";
import type { Deps } from "@/lib/runtime/deps";

/** A checkpoint that the verifier has seen before. */
type KnownCheckpoint = Readonly<{ origin: string; size: number }>;

/**
 * Everything a verifier needs for one entry, by number or id: its inclusion proof under the newest
 * checkpoint that covers it, that checkpoint, the keys, and the consistency proof from a checkpoint
 * that the verifier has seen before (`since`). Needs audit.read. Throws AppError `entry.not-found`.
 */
export async function getEntryProof(
  deps: Pick<Deps, "db" | "witnessPolicy">,
  actor: Actor,
  seqOrId: string | number,
  { since }: Readonly<{ since?: KnownCheckpoint | undefined }> = {},
): Promise<EntryProof> {
  authorize(actor, "audit.read");
  const { seq, leafHash } = await getEntryRow(deps, seqOrId);
  const checkpoint = await findNewestProvableCheckpoint(deps);
  const policy = deps.witnessPolicy ?? emptyWitnessPolicy;
  const common = {
    seq,
    leafHashHex: toHex(leafHash),
    witnesses: policy.witnesses.map(({ name, vkey }) => ({ name, vkey })),
    quorum: smallestQuorum(policy),
  };
  if (checkpoint === null)
    return { ...common, inclusion: null, checkpoint: null, vkey: null, consistency: null };
  const { size, vkey } = checkpoint;
  const readTile = makeTileReader(deps.db, size);
  const { view } = await verifyCheckpointView(checkpoint, deps);
  const path = seq < size ? await buildInclusionProof(readTile, seq, size) : null;
  return {
    ...common,
    checkpoint: view,
    vkey,
    inclusion: path === null ? null : { size, path: path.map(toBase64) },
    consistency: await buildConsistencySince(checkpoint, since, readTile),
  };
}

async function buildConsistencySince(
  { origin, size }: ProvableCheckpoint,
  since: KnownCheckpoint | undefined,
  readTile: ReadTile,
): Promise<EntryProof["consistency"]> {
  if (since === undefined || since.origin !== origin || since.size > size) return null;
  const path = await buildConsistencyProof(readTile, since.size, size);
  return { from: since.size, path: path.map(toBase64) };
}
