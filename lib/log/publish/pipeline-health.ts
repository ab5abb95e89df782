import type { Deps } from "@/lib/runtime/deps";
import { type PipelineProgress, readPipelineProgress } from "./pipeline-progress";

const maxDelayMs = 10_000;

export type PipelineHealthOptions = Readonly<{
  /** Why this process cannot publish, if it is the leader. */
  lastError: () => string | null;
  /** Milliseconds of a monotonic clock. */
  elapsed: () => number;
}>;

/**
 * A health check of the log's pipeline. Its result is null, or a text that says what is wrong: the
 * log is halted, or entries have waited for more than ten seconds at the first stage (to be
 * numbered) or the last one (to be covered by a published checkpoint).
 */
export function makePipelineHealthCheck(
  deps: Pick<Deps, "db" | "clock">,
  { lastError, elapsed }: PipelineHealthOptions,
): () => Promise<string | null> {
  const startedAt = elapsed();
  let stalled: Readonly<{ since: number; size: number }> | null = null;
  return async () => {
    const progress = await readPipelineProgress(deps);
    const now = elapsed();
    if (progress.halted !== null) return `halted: ${progress.halted.message}`;
    stalled =
      progress.backlog === 0
        ? null
        : stalled?.size === progress.size
          ? stalled
          : { since: now, size: progress.size };
    // Entries that waited while Chancery was stopped count from the start of this process.
    const waitedMs =
      progress.waitingSince === null
        ? 0
        : Math.min(deps.clock.now().getTime() - progress.waitingSince.getTime(), now - startedAt);
    const problem =
      waitedMs > maxDelayMs
        ? describeDelay(progress)
        : stalled !== null && now - stalled.since > maxDelayMs
          ? `${progress.backlog} entries are waiting to be numbered`
          : null;
    if (problem === null) return null;
    const cause = lastError();
    return cause === null ? problem : `${problem}: ${cause}`;
  };
}

function describeDelay({ size, treeSize, checkpointSize }: PipelineProgress): string {
  const tree = treeSize < size ? `; the tree holds ${treeSize}` : "";
  return `late: the last published checkpoint covers ${checkpointSize} of ${size} entries${tree}`;
}
