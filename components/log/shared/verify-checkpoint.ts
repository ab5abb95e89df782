import { toHex } from "@/lib/log/pure/bytes";
import { readVkey } from "@/lib/log/pure/note";
import { verifyCheckpoint } from "@/lib/log/pure/verify-checkpoint";
import { webLogCrypto } from "@/lib/log/pure/web-crypto";
import { fetchConsistency } from "./fetch-consistency";
import { browserStorage, readStoredCheckpoint, storeCheckpoint } from "./checkpoint-storage";
import {
  compareCheckpoints,
  type Comparison,
  type VerifiedCheckpoint,
} from "./compare-checkpoints";
import { findUnsupportedReason } from "./browser-support";

/**
 * The result of verifying one checkpoint in this browser: whether the log's key signed it, and
 * whether it is consistent with the one seen before.
 */
export type CheckpointVerification = Readonly<{
  unable: string | null;
  signed: boolean;
  memory: Comparison | null;
}>;

/**
 * Verifies a checkpoint's signature, compares it with the stored checkpoint, and stores it if it is
 * consistent.
 */
export async function verifyCheckpointNote(
  note: string,
  vkey: string,
): Promise<CheckpointVerification> {
  const unable = await findUnsupportedReason();
  if (unable !== null) return { unable, signed: false, memory: null };
  const seen = await readVerified(note, vkey).catch(() => null);
  return {
    unable: null,
    signed: seen !== null,
    memory: seen === null ? null : await compareWithStored(seen),
  };
}

async function readVerified(note: string, vkey: string): Promise<VerifiedCheckpoint> {
  const {
    checkpoint: { origin, size, root },
  } = await verifyCheckpoint(webLogCrypto, note, await readVkey(webLogCrypto, vkey));
  return { origin, vkey, size, rootHex: toHex(root), note };
}

/**
 * Compares a checkpoint whose signature was verified with the stored one, and replaces that if it
 * is consistent. Null if this browser stores no data.
 */
export async function compareWithStored(seen: VerifiedCheckpoint): Promise<Comparison | null> {
  const keeper = browserStorage();
  if (keeper === null) return null;
  const comparison = await compareCheckpoints(
    webLogCrypto,
    readStoredCheckpoint(keeper, seen.origin),
    seen,
    fetchConsistency,
  );
  if (comparison.outcome === "first" || comparison.outcome === "grown")
    storeCheckpoint(keeper, { v: 1, ...seen, seenAt: new Date().toISOString() });
  return comparison;
}
