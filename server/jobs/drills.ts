import type { DrillAttack } from "@/lib/drills/drills";
import { finishDrill } from "@/lib/drills/drills";
import { listPendingWork, saveProgress, type PendingWork } from "@/lib/log/live/pending-work";
import type { Deps } from "@/lib/runtime/deps";
import type { Logger } from "@/lib/runtime/logger";
import { askSupervisorForDrill, type DrillRunner } from "./ask-supervisor";
import { startJob } from "./job";

export type DrillJob = Readonly<{ lead: (leading: boolean) => void; stop: () => Promise<void> }>;

type DrillResult = Readonly<{
  entries: number;
  milliseconds: number;
  attacks: readonly DrillAttack[];
}>;
type DrillMessage = Readonly<{
  note?: string;
  done?: number;
  total?: number | null;
  finished?: DrillResult;
  failed?: string;
}>;

const pollEveryMs = 1_000;

/** On the leader, runs the requested tamper drills one at a time, each in its own process. */
export function startDrills(
  deps: Deps,
  log: Logger,
  run: DrillRunner = askSupervisorForDrill,
): DrillJob {
  const stopping = new AbortController();
  let leading = false;
  const job = startJob({
    name: "drills",
    log,
    maxRetryMs: 30_000,
    work: async () => {
      if (!leading) return pollEveryMs;
      const next = (await listPendingWork(deps.db)).find(({ kind }) => kind === "drill");
      if (next === undefined) return pollEveryMs;
      await runDrill({ deps, run, signal: stopping.signal }, next);
      return 0;
    },
  });
  return {
    lead: (isLeader) => {
      leading = isLeader;
    },
    stop: async () => {
      stopping.abort();
      await job.stop();
    },
  };
}

type DrillContext = Readonly<{ deps: Deps; run: DrillRunner; signal: AbortSignal }>;

async function runDrill(
  { deps, run, signal }: DrillContext,
  { id, record }: PendingWork,
): Promise<void> {
  const requested = Number(record.details.entries);
  const startedAt = performance.now();
  let finished: DrillResult | null = null,
    failed = "the drill process ended before it finished";
  await run(requested, signal, (text) => {
    const line = readLine(text);
    if (line.note !== undefined)
      void saveProgress(deps.db, [id], {
        done: line.done ?? 0,
        total: line.total ?? null,
        note: line.note,
      }).catch(() => {});
    finished = line.finished ?? finished;
    failed = line.failed ?? failed;
  }).catch((error: unknown) => {
    failed = error instanceof Error ? error.message : String(error);
  });
  // Stopped with the gateway: the request stays open, and the next leader runs it.
  if (signal.aborted) return;
  const { entries, milliseconds, attacks } = finished ?? {
    entries: requested,
    milliseconds: performance.now() - startedAt,
    attacks: [],
  };
  await finishDrill(deps, {
    requestEntryId: id,
    entries,
    milliseconds,
    attacks,
    failed: finished === null ? failed : null,
  });
}

/** A line that isn't a report, such as a warning of a package, says nothing. */
function readLine(text: string): DrillMessage {
  try {
    return text.startsWith("{") ? (JSON.parse(text) as DrillMessage) : {};
  } catch {
    return {};
  }
}
