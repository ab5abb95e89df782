import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { Deps } from "@/lib/runtime/deps";
import { findLastVerification } from "./verifications";
import { listSources } from "@/lib/log/record/list-sources";
import { readPipelineProgress } from "@/lib/log/publish/pipeline-progress";
import { findNewestCheckpoint } from "@/lib/log/tree/checkpoint-reader";
import type { LogAlarmFacts } from "@/lib/log/view-types";

/**
 * The facts behind alarms about the log, and how long the oldest entry without a published
 * checkpoint has been waiting (0 if none is). Cheaper than getLogState, because every page needs it.
 * Needs audit.read.
 */
export async function getAlarmFacts(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
): Promise<Readonly<{ facts: LogAlarmFacts; waitingMs: number }>> {
  authorize(actor, "audit.read");
  const [{ size, halted, waitingSince }, checkpoint, sources, verification] = await Promise.all([
    readPipelineProgress(deps),
    findNewestCheckpoint(deps.db),
    listSources(deps.db),
    findLastVerification(deps),
  ]);
  return {
    facts: { size, halted, checkpoint, sources, verification },
    waitingMs: waitingSince === null ? 0 : deps.clock.now().getTime() - waitingSince.getTime(),
  };
}
