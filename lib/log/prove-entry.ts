import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { findEntryRow } from "./find-entry-row";
import { newestProvable, viewCheckpoint, type Provable } from "./provable";
import { toBase64, toHex } from "./pure/bytes";
import { emptyPolicy, smallestQuorum } from "./pure/policy";
import { proveConsistency, proveInclusion } from "./tree/prove";
import { makeReadHashes } from "./tree-reader";
import type { EntryProof } from "./types-of-proof";

type Since = Readonly<{ origin: string; size: number }>;

/**
 * Everything that a verifier needs for one entry (by number or id): its path to the newest checkpoint that covers it, that checkpoint, the
 * keys, and the proof from a checkpoint that was seen before. Needs audit.read. Throws AppError `entry.not-found`.
 */
export async function proveEntry(
  deps: Pick<Deps, "db" | "witnessPolicy">,
  actor: Actor,
  seqOrId: string | number,
  { since }: Readonly<{ since?: Since | undefined }> = {},
): Promise<EntryProof> {
  authorize(actor, "audit.read");
  const { seq, leafHash } = await findEntryRow(deps, seqOrId),
    found = await newestProvable(deps),
    policy = deps.witnessPolicy ?? emptyPolicy;
  const about = {
    seq,
    leafHashHex: toHex(leafHash),
    witnesses: policy.witnesses.map(({ name, vkey }) => ({ name, vkey })),
    quorum: smallestQuorum(policy),
  };
  if (found === null)
    return { ...about, inclusion: null, checkpoint: null, vkey: null, consistency: null };
  const read = makeReadHashes(deps.db, found.size),
    { view } = await viewCheckpoint(found, deps);
  const path = seq < found.size ? await proveInclusion(read, seq, found.size) : null;
  return {
    ...about,
    checkpoint: view,
    vkey: found.vkey,
    inclusion: path === null ? null : { size: found.size, path: path.map(toBase64) },
    consistency: await proveSince(found, since, read),
  };
}

async function proveSince(
  { origin, size }: Provable,
  since: Since | undefined,
  read: ReturnType<typeof makeReadHashes>,
): Promise<EntryProof["consistency"]> {
  if (since === undefined || since.origin !== origin || since.size > size) return null;
  return { from: since.size, path: (await proveConsistency(read, since.size, size)).map(toBase64) };
}
