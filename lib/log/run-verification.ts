import { systemActor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { newId } from "@/lib/ids";
import { recordEntry } from "./record";
import { verifyLog, type LogReport } from "./verify-log";
import { addWork, endWork, findWaiting, noteProgress } from "./waiting-work";

type RunDeps = Pick<Deps, "db" | "clock" | "random" | "source" | "signer" | "witnessPolicy">;

const NOTE_EVERY_MS = 500,
  WORDS_PER_CHECK = 3,
  LONGEST_WORDS = 400;

const actorFor = ({ clock, random }: RunDeps) =>
  systemActor("verification", newId("req", clock.now(), random.bytes));

/** When the log's first entry got its number, as milliseconds since 1970; null while it has none. */
export async function logBegan({ db }: Pick<Deps, "db">): Promise<number | null> {
  const {
    rows: [row],
  } = await db.pool.query<{ at: Date }>("select sequenced_at as at from tlog.entry where seq = 0");
  return row?.at.getTime() ?? null;
}

/** Asks for the verification that is due by the clock; returns the id of its entry. */
export async function askBySchedule(deps: RunDeps): Promise<string> {
  const { entryId } = await recordEntry(deps, actorFor(deps), {
    action: "verification.requested",
    outcome: "success",
    target: null,
    details: { by: "schedule" },
  });
  await addWork(deps.db, entryId, "verification");
  return entryId;
}

/**
 * Verifies the whole log once for everybody who has asked up to now, and records what was found, for each of them. Returns null if nobody
 * waits. What is thrown (the database away, the signal) leaves the requests as they are: they are taken up again.
 */
export async function runVerification(
  deps: RunDeps,
  { restRatio = 1, signal }: Readonly<{ restRatio?: number; signal?: AbortSignal }> = {},
): Promise<LogReport | null> {
  const ids = (await findWaiting(deps.db))
    .filter(({ kind }) => kind === "verification")
    .map(({ id }) => id);
  if (ids.length === 0) return null;
  let notedAt = -Infinity,
    noting: Promise<unknown> = Promise.resolve();
  const report = await verifyLog(deps, {
    restRatio,
    ...(signal ? { signal } : {}),
    ...(deps.witnessPolicy ? { policy: deps.witnessPolicy } : {}),
    onProgress: (done, total, note) => {
      if (performance.now() - notedAt < NOTE_EVERY_MS) return;
      notedAt = performance.now();
      // How far it is tells nobody anything that must be true.
      noting = noteProgress(deps.db, ids, { done, total, note }).catch(() => {});
    },
  });
  await noting;
  const actor = actorFor(deps),
    problems = report.checks
      .flatMap(({ problems: words }) => words.slice(0, WORDS_PER_CHECK))
      .map((words) => words.slice(0, LONGEST_WORDS));
  for (const requestEntryId of ids) {
    await recordEntry(deps, actor, {
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
  await endWork(
    deps.db,
    ids,
    report.ok
      ? "nothing is wrong"
      : `${report.checks.filter(({ count }) => count > 0).length} of ${report.checks.length} checks found something`,
  );
  return report;
}
