import { toHex } from "@/lib/log/pure/bytes";
import { readVkey } from "@/lib/log/pure/note";
import { verifyCheckpoint } from "@/lib/log/pure/verify-checkpoint";
import { webLogCrypto } from "@/lib/log/pure/web-crypto";
import { askConsistency } from "./ask-consistency";
import { browserKeeper, recall, remember } from "./browser-memory";
import { compareMemory, type Comparison, type Seen } from "./compare-memory";
import { whyUnable } from "./why-unable";

/** What this browser found of one checkpoint: whether the log's key signed it, and how it stands to the one seen before. */
export type CheckpointJudgement = Readonly<{
  unable: string | null;
  signed: boolean;
  memory: Comparison | null;
}>;

/** Verifies a checkpoint's signature here, compares it with what this browser remembers, and remembers it if it goes on from that. */
export async function judgeCheckpoint(note: string, vkey: string): Promise<CheckpointJudgement> {
  const unable = await whyUnable();
  if (unable !== null) return { unable, signed: false, memory: null };
  const seen = await readSigned(note, vkey).catch(() => null);
  return {
    unable: null,
    signed: seen !== null,
    memory: seen === null ? null : await compareWithMemory(seen),
  };
}

async function readSigned(note: string, vkey: string): Promise<Seen> {
  const {
    checkpoint: { origin, size, root },
  } = await verifyCheckpoint(webLogCrypto, note, await readVkey(webLogCrypto, vkey));
  return { origin, vkey, size, rootHex: toHex(root), note };
}

/** Compares a checkpoint whose signature was verified with what this browser remembers; what goes on from it takes its place. Null: it keeps nothing. */
export async function compareWithMemory(seen: Seen): Promise<Comparison | null> {
  const keeper = browserKeeper();
  if (keeper === null) return null;
  const comparison = await compareMemory(
    webLogCrypto,
    recall(keeper, seen.origin),
    seen,
    askConsistency,
  );
  if (comparison.outcome === "first" || comparison.outcome === "grown")
    remember(keeper, { v: 1, ...seen, seenAt: new Date().toISOString() });
  return comparison;
}
