import { hourMs, minuteMs } from "@/lib/format/time-units";
import type { Database } from "@/lib/runtime/deps";
import { withClient } from "@/lib/log/sequence/leader";
import { monotonicMs } from "@/lib/runtime/monotonic";

export type MaintenanceOptions = Readonly<{
  signal: AbortSignal;
  sleep: (ms: number) => Promise<void>;
  /** How many entries left the inbox since the last call. */
  takeSequencedCount: () => number;
  onError: (error: unknown) => void;
}>;

const pollIntervalMs = 1_000;
const thinIntervalMs = hourMs;
/** Each sequenced entry leaves a dead row in the inbox. Vacuum after this many … */
const vacuumThreshold = 200_000;
/** … or after this many once the inbox has been idle for a few polls. */
const idleVacuumThreshold = 5_000;
const idlePolls = 5;
const vacuumMs = 10 * minuteMs;

/** Vacuums the inbox and thins out old checkpoints, until `signal` is aborted. */
export async function runMaintenance(
  db: Database,
  { signal, sleep, takeSequencedCount, onError }: MaintenanceOptions,
): Promise<void> {
  let deadRows = 0;
  let idleCount = 0;
  let thinnedAt = monotonicMs() - thinIntervalMs;
  while (!signal.aborted) {
    await sleep(pollIntervalMs);
    const sequenced = takeSequencedCount();
    deadRows += sequenced;
    idleCount = sequenced === 0 ? idleCount + 1 : 0;
    try {
      if (
        deadRows >= vacuumThreshold ||
        (deadRows >= idleVacuumThreshold && idleCount >= idlePolls)
      ) {
        deadRows = 0;
        await vacuumInbox(db);
      }
      if (monotonicMs() - thinnedAt >= thinIntervalMs) {
        thinnedAt = monotonicMs();
        await db.pool.query("select tlog.thin_checkpoints()");
      }
    } catch (error) {
      if (!signal.aborted) onError(error);
    }
  }
}

/** Safe under load: vacuum takes no lock that a writer or the sequencer waits for. */
function vacuumInbox(db: Database): Promise<void> {
  return withClient(db, async (client) => {
    await client.query(`set statement_timeout = ${vacuumMs}`);
    // By itself the connection would give up sooner.
    const vacuum = { text: "vacuum tlog.inbox", query_timeout: vacuumMs + minuteMs };
    await client.query(vacuum);
  });
}
