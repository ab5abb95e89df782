import { setTimeout as pause } from "node:timers/promises";
import { ProofCard } from "@/components/audit/proof-card";
import type { Actor } from "@/lib/access/actor";
import type { Deps } from "@/lib/runtime/deps";
import { getEntryProof } from "@/lib/log/prove/get-entry-proof";
import type { EntryProof } from "@/lib/log/view-types";

/**
 * A checkpoint covers an entry within a second. A page that is opened before that waits for it, so
 * that it doesn't change later.
 */
const LONGEST_WAIT_MS = 2_000,
  LOOK_EVERY_MS = 200;

/** Everything that the browser needs to verify the entry. */
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
    const proof = await getEntryProof(deps, actor, seq);
    if (proof.inclusion !== null || performance.now() >= giveUp) return proof;
    await pause(LOOK_EVERY_MS);
  }
}
