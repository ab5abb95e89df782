import { formatCount, formatList, plural } from "@/lib/format/count";
import type { LogAlarmFacts } from "@/lib/log/view-types";
import { controlTitle } from "./check-labels";

/** A problem of the audit log that administrators and auditors see on every page. */
export type Alarm = Readonly<{
  id: "halted" | "verification" | "gaps" | "late";
  tone: "danger" | "warning";
  title: string;
  message: string;
}>;

/** A longer delay isn't just a busy moment. */
const lateAfterMs = 10_000;
const maxNamed = 3;

/**
 * The problems of the audit log, the most severe first. `waitingMs`: how long the first entry
 * without a checkpoint has been waiting; 0 if none is.
 */
export function findAlarms(state: LogAlarmFacts, waitingMs: number): readonly Alarm[] {
  const alarms = [
    haltedAlarm(state),
    verificationAlarm(state),
    gapAlarm(state),
    state.halted ? null : lateAlarm(state, waitingMs),
  ];
  return alarms.filter((alarm) => alarm !== null);
}

function haltedAlarm({ halted }: LogAlarmFacts): Alarm | null {
  if (halted === null) return null;
  const smaller = halted.foundSize < halted.rememberedSize;
  return {
    id: "halted",
    tone: "danger",
    title: "The audit log is halted. Certificates can only be revoked or put on hold.",
    message: smaller
      ? `The checkpoint stored outside the database covers ${plural(halted.rememberedSize, "entry", "entries")}, but the database has only ${formatCount(halted.foundSize)}.`
      : `The database doesn’t match the checkpoint at ${plural(halted.rememberedSize, "entry", "entries")} that is stored outside it.`,
  };
}

function verificationAlarm({ verification }: LogAlarmFacts): Alarm | null {
  if (verification === null || verification.ok) return null;
  const failed = verification.checks.filter(({ problems }) => problems > 0);
  return {
    id: "verification",
    tone: "danger",
    title: `The last verification found ${plural(
      failed.reduce((sum, { problems }) => sum + problems, 0),
      "problem",
    )}.`,
    message:
      verification.problems[0] ??
      `Failed checks: ${formatList(failed.slice(0, maxNamed).map(({ name }) => controlTitle(name)))}.`,
  };
}

function gapAlarm({ sources }: LogAlarmFacts): Alarm | null {
  const gaps = sources.filter(({ missingCount }) => missingCount > 0);
  if (gaps.length === 0) return null;
  const missing = gaps.reduce((sum, { missingCount }) => sum + missingCount, 0);
  return {
    id: "gaps",
    tone: "danger",
    title: `${plural(missing, "entry is", "entries are")} missing from the audit log.`,
    message: `Numbered by ${formatList(gaps.slice(0, maxNamed).map(({ id }) => id))}, but never received.`,
  };
}

function lateAlarm({ size, checkpoint }: LogAlarmFacts, waitingMs: number): Alarm | null {
  const behind = size - (checkpoint?.size ?? 0);
  if (behind <= 0 || waitingMs < lateAfterMs) return null;
  return {
    id: "late",
    tone: "warning",
    title: "Checkpoints are delayed.",
    message: `${plural(behind, "entry is", "entries are")} not in a checkpoint yet. The last one covers ${plural(checkpoint?.size ?? 0, "entry", "entries")}.`,
  };
}
