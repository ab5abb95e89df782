import { formatCount, joinWords, plural } from "@/lib/format/count";
import type { AlarmFacts } from "@/lib/log/types-of-proof";

/** Something about the log that an administrator or auditor has to know wherever they look. */
export type Alarm = Readonly<{
  id: "halted" | "verification" | "gaps" | "late";
  tone: "danger" | "warning";
  title: string;
  says: string;
}>;

/** Later than this, publishing is not only busy. */
const LATE_MS = 10_000;
const namedAtMost = 3;

/** What is wrong with the log, the gravest first; empty while all is well. `waitingMs`: how long the first entry without a checkpoint has waited for one; 0 if none waits. */
export function alarmsOf(state: AlarmFacts, waitingMs: number): readonly Alarm[] {
  const found = [
    haltedAlarm(state),
    verificationAlarm(state),
    gapAlarm(state),
    state.halted ? null : lateAlarm(state, waitingMs),
  ];
  return found.filter((alarm) => alarm !== null);
}

function haltedAlarm({ halted }: AlarmFacts): Alarm | null {
  if (halted === null) return null;
  const smaller = halted.foundSize < halted.rememberedSize;
  return {
    id: "halted",
    tone: "danger",
    title: "The log is halted: nothing can be issued or changed.",
    says: smaller
      ? `A checkpoint of ${plural(halted.rememberedSize, "entry", "entries")} is remembered outside the database, which holds ${formatCount(halted.foundSize)}.`
      : `What the database holds differs from the checkpoint of ${plural(halted.rememberedSize, "entry", "entries")} that is remembered outside it.`,
  };
}

function verificationAlarm({ verification }: AlarmFacts): Alarm | null {
  if (verification === null || verification.ok) return null;
  const failed = verification.checks.filter(({ problems }) => problems > 0);
  return {
    id: "verification",
    tone: "danger",
    title: `The last verification found ${plural(
      failed.reduce((sum, { problems }) => sum + problems, 0),
      "problem",
    )}.`,
    says:
      verification.problems[0] ??
      `They were found by ${joinWords(failed.slice(0, namedAtMost).map(({ name }) => name))}.`,
  };
}

function gapAlarm({ sources }: AlarmFacts): Alarm | null {
  const gaps = sources.filter(({ missingCount }) => missingCount > 0);
  if (gaps.length === 0) return null;
  const missing = gaps.reduce((sum, { missingCount }) => sum + missingCount, 0);
  return {
    id: "gaps",
    tone: "danger",
    title: `${plural(missing, "entry", "entries")} never arrived.`,
    says: `Numbered by ${joinWords(gaps.slice(0, namedAtMost).map(({ id }) => id))}, missing from the log.`,
  };
}

function lateAlarm({ size, checkpoint }: AlarmFacts, waitingMs: number): Alarm | null {
  const behind = size - (checkpoint?.size ?? 0);
  if (behind <= 0 || waitingMs < LATE_MS) return null;
  return {
    id: "late",
    tone: "warning",
    title: "Publishing is late.",
    says: `${plural(behind, "entry is", "entries are")} not under a checkpoint; the last one is of ${formatCount(checkpoint?.size ?? 0)}.`,
  };
}
