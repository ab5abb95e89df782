import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { lastVerification } from "./last-verification";
import { listSources } from "./list-sources";
import { publishingState } from "./publish/publishing-state";
import { newestCheckpoint } from "./tree-reader";
import type { AlarmFacts } from "./types-of-proof";

/**
 * What may be wrong with the log, and how long its oldest entry without a checkpoint has waited for one (0: none waits). Much less than
 * getLogState, because every page asks for it. Needs audit.read.
 */
export async function getAlarmFacts(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
): Promise<Readonly<{ facts: AlarmFacts; waitingMs: number }>> {
  authorize(actor, "audit.read");
  const [{ size, halted, waitingSince }, checkpoint, sources, verification] = await Promise.all([
    publishingState(deps),
    newestCheckpoint(deps.db),
    listSources(deps.db),
    lastVerification(deps),
  ]);
  return {
    facts: { size, halted, checkpoint, sources, verification },
    waitingMs: waitingSince === null ? 0 : deps.clock.now().getTime() - waitingSince.getTime(),
  };
}
