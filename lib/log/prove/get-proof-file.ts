import { setTimeout as pause } from "node:timers/promises";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { formatTlogProof } from "@/lib/log/pure/tlog-proof";
import { getEntryRow } from "@/lib/log/search/get-entry";
import { buildInclusionProof } from "@/lib/log/tree/build-proofs";
import { findNewestProvableCheckpoint } from "@/lib/log/tree/checkpoint-reader";
import { makeTileReader } from "@/lib/log/tree/tile-reader";
import type { Deps } from "@/lib/runtime/deps";
import { monotonicMs } from "@/lib/runtime/monotonic";
import { notCoveredError } from "./get-tree-proofs";

const checkpointTimeoutMs = 2_000;
const pollIntervalMs = 100;

/**
 * The inclusion proof of one entry as a file for offline tools (C2SP tlog-proof, `.tlog-proof`). The
 * entry's exact bytes are its extra data, so the file is complete by itself. Waits up to two seconds
 * for a checkpoint that covers a new entry. Needs audit.read. Throws AppError `entry.not-found`,
 * `log.not-sealed`.
 */
export async function getProofFile(
  deps: Pick<Deps, "db">,
  actor: Actor,
  seqOrId: string | number,
): Promise<string> {
  authorize(actor, "audit.read");
  const { seq, entry } = await getEntryRow(deps, seqOrId);
  const deadline = monotonicMs() + checkpointTimeoutMs;
  for (;;) {
    const checkpoint = await findNewestProvableCheckpoint(deps);
    if (checkpoint !== null && checkpoint.size > seq) {
      const { size, note } = checkpoint;
      const path = await buildInclusionProof(makeTileReader(deps.db, size), seq, size);
      return formatTlogProof({ extra: entry, index: seq, path, checkpoint: note });
    }
    if (monotonicMs() >= deadline) throw notCoveredError(`entry ${seq}`);
    await pause(pollIntervalMs);
  }
}
