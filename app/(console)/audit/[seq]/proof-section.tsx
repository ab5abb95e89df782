import { setTimeout as pause } from "node:timers/promises";
import { ProofCard } from "@/components/log/proof-card";
import type { Actor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { proveEntry } from "@/lib/log/prove-entry";
import type { EntryProof } from "@/lib/log/types-of-proof";

/** A checkpoint follows an act within a second; a page that was opened at once waits for it, so that it has not to change later. */
const LONGEST_WAIT_MS = 2_000,
  LOOK_EVERY_MS = 200;

/** What the reader's browser needs to prove the entry by itself. */
export async function ProofSection({
  deps,
  actor,
  seq,
  bytesText,
}: Readonly<{ deps: Deps; actor: Actor; seq: number; bytesText: string }>) {
  return <ProofCard seq={seq} bytesText={bytesText} proof={await proofSoon(deps, actor, seq)} />;
}

async function proofSoon(deps: Deps, actor: Actor, seq: number): Promise<EntryProof> {
  const giveUp = performance.now() + LONGEST_WAIT_MS;
  for (;;) {
    const proof = await proveEntry(deps, actor, seq);
    if (proof.inclusion !== null || performance.now() >= giveUp) return proof;
    await pause(LOOK_EVERY_MS);
  }
}
