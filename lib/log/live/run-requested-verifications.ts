import { systemActor } from "@/lib/access/actor";
import type { Deps } from "@/lib/runtime/deps";
import { newId } from "@/lib/format/ids";
import { recordEntry } from "@/lib/log/record/record-entry";
import { monotonicMs } from "@/lib/runtime/monotonic";
import { verifyLog, type VerifyLogOptions } from "./verify-log";
import type { LogReport } from "./snapshot";
import { selectProblems } from "./problems/select-problems";
import { insertWork, finishWork, listPendingWork, saveProgress } from "./pending-work";

type RunDeps = Pick<Deps, "db" | "clock" | "random" | "recorder" | "signer" | "witnessPolicy">;

type RunOptions = Pick<VerifyLogOptions, "restRatio" | "signal" | "timestamps">;

const progressIntervalMs = 500;

const verificationActor = ({ clock, random }: RunDeps) =>
  systemActor("verification", newId("req", clock.now(), random.bytes));

/** When the log's first entry was numbered, in milliseconds since 1970; null if there is none. */
export async function readLogStart({ db }: Pick<Deps, "db">): Promise<number | null> {
  const {
    rows: [row],
  } = await db.pool.query<{ at: Date }>("select sequenced_at as at from tlog.entry where seq = 0");
  return row?.at.getTime() ?? null;
}

/** Requests the scheduled verification; returns the id of its entry. */
export async function requestScheduledVerification(deps: RunDeps): Promise<string> {
  const { entryId } = await recordEntry(deps.recorder, verificationActor(deps), {
    action: "verification.requested",
    outcome: "success",
    target: null,
    details: { by: "schedule" },
  });
  await insertWork(deps.db, entryId, "verification");
  return entryId;
}

/**
 * Verifies the whole log once for all pending requests, and records the result for each of them.
 * Null if there are none. If it throws (the database is unreachable, the signal is aborted) the
 * requests stay pending.
 */
export async function runRequestedVerifications(
  deps: RunDeps,
  { restRatio = 1, signal, timestamps }: RunOptions = {},
): Promise<LogReport | null> {
  const ids = (await listPendingWork(deps.db))
    .filter(({ kind }) => kind === "verification")
    .map(({ id }) => id);
  if (ids.length === 0) return null;
  let progressSavedAt = -Infinity;
  let savingProgress: Promise<unknown> = Promise.resolve();
  const report = await verifyLog(deps, {
    restRatio,
    timestamps,
    ...(signal ? { signal } : {}),
    ...(deps.witnessPolicy ? { policy: deps.witnessPolicy } : {}),
    onProgress: (done, total, note) => {
      if (monotonicMs() - progressSavedAt < progressIntervalMs) return;
      progressSavedAt = monotonicMs();
      // Progress is for display only.
      savingProgress = saveProgress(deps.db, ids, { done, total, note }).catch(() => {});
    },
  });
  await savingProgress;
  const actor = verificationActor(deps);
  const problems = selectProblems(report.checks);
  for (const requestEntryId of ids) {
    await recordEntry(deps.recorder, actor, {
      action: "verification.finished",
      outcome: report.ok ? "success" : "failure",
      ...(report.ok ? {} : { reason: problems[0] ?? "" }),
      target: null,
      details: {
        requestEntryId,
        size: report.size,
        checkpointSize: report.checkpointSize,
        level: report.level,
        milliseconds: report.milliseconds,
        problems,
        checks: report.checks.map(({ name, checked, count }) => ({
          name,
          checked,
          problems: count,
        })),
      },
    });
  }
  await finishWork(
    deps.db,
    ids,
    report.ok
      ? "no problems found"
      : `${report.checks.filter(({ count }) => count > 0).length} of ${report.checks.length} checks found problems`,
  );
  return report;
}
