import type { Deps } from "@/lib/deps";
import { publishingState, type PublishingState } from "./publishing-state";

const LATE_MS = 10_000;

export type PublishingParts = Readonly<{
  /** What keeps this process from publishing, if it is the one that does. */
  trouble: () => string | null;
  /** Milliseconds of a clock that only ever goes forward. */
  elapsed: () => number;
}>;

/**
 * Whether the log is published in time: null, or in words what is wrong with it. It is late when something has waited for more than ten
 * seconds, at the first step (to be numbered) or the last (to be covered by a published checkpoint).
 */
export function makePublishingCheck(
  deps: Pick<Deps, "db" | "clock">,
  { trouble, elapsed }: PublishingParts,
): () => Promise<string | null> {
  const begun = elapsed();
  let stuck: Readonly<{ since: number; size: number }> | null = null;
  return async () => {
    const state = await publishingState(deps),
      now = elapsed();
    if (state.halted !== null) return `halted: ${state.halted.message}`;
    stuck =
      state.backlog === 0
        ? null
        : stuck?.size === state.size
          ? stuck
          : { since: now, size: state.size };
    // What waited while nothing ran is late only if it still waits some time after the start.
    const unpublishedMs =
      state.waitingSince === null
        ? 0
        : Math.min(deps.clock.now().getTime() - state.waitingSince.getTime(), now - begun);
    const late =
      unpublishedMs > LATE_MS
        ? unpublishedWords(state)
        : stuck !== null && now - stuck.since > LATE_MS
          ? `${state.backlog} entries wait to be numbered`
          : null;
    if (late === null) return null;
    const why = trouble();
    return why === null ? late : `${late}: ${why}`;
  };
}

function unpublishedWords({ size, treeSize, checkpointSize }: PublishingState): string {
  const behind = treeSize < size ? `, the tree holds ${treeSize}` : "";
  return `late: the last published checkpoint covers ${checkpointSize} of ${size} entries${behind}`;
}
