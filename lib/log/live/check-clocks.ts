import { minuteMs } from "@/lib/format/time-units";
import { formatDuration } from "@/lib/format/duration";
import type { CheckpointTimes } from "./check-checkpoints";
import { type Checks, countEntries } from "./types";

export type ClockCheck = Readonly<{
  /** In order, each once. */
  add: (entry: Readonly<{ seq: number; ts: number | null; sequencedAt: number | null }>) => void;
  /** The times of a checkpoint, once the entries that it covers were added. */
  addCheckpoint: (times: CheckpointTimes) => void;
  finish: () => void;
}>;

/**
 * How far times may differ: an entry is dated when it is made, and numbered when it was committed;
 * clocks of several machines differ a little.
 */
export const clockToleranceMs = 5 * minuteMs;

type Run = { from: number; to: number; count: number; worst: number };

/**
 * Checks that times agree with the order of the log, which can't be changed: no entry is dated
 * before an earlier one, or before a checkpoint that doesn't hold it, unless it waited while nothing
 * was numbered, as during a restart; none after it was numbered, or after a checkpoint or time stamp
 * that holds it. Consecutive findings take one line.
 */
export function makeClockCheck({ clocks: check }: Pick<Checks, "clocks">): ClockCheck {
  const runs = new Map<string, Run>();
  let newest = -Infinity;
  let newestNumbered = -Infinity;
  const numbering = makeNumberingTimes();
  let floor: Readonly<{ at: number; what: string }> = { at: -Infinity, what: "" };
  const note = (kind: string, seq: number, difference: number): void => {
    const run = runs.get(kind);
    if (run !== undefined && run.to === seq - 1) {
      run.to = seq;
      run.count += 1;
      run.worst = Math.max(run.worst, difference);
      return;
    }
    report(kind);
    runs.set(kind, { from: seq, to: seq, count: 1, worst: difference });
  };
  const report = (kind: string): void => {
    const run = runs.get(kind);
    if (run === undefined) return;
    runs.delete(kind);
    const { from, to, count, worst } = run;
    const subject = from === to ? `Entry ${from} is` : `The entries ${from} to ${to} are`;
    check.problem(`${subject} ${kind}, by up to ${formatDuration(worst / 1_000)}.`, count);
  };
  const compare = (kind: string, seq: number, difference: number): void => {
    if (difference > clockToleranceMs) note(kind, seq, difference);
  };
  return {
    add: ({ seq, ts, sequencedAt }) => {
      check.count();
      if (ts !== null) {
        compare("dated before an earlier entry", seq, newest - ts);
        const since = Math.min(floor.at, numbering.lastBefore(sequencedAt ?? newestNumbered));
        compare(`dated before ${floor.what}, which doesn't cover it`, seq, since - ts);
        newest = Math.max(newest, ts);
      }
      if (sequencedAt === null) return;
      if (ts !== null) compare("dated after it was numbered", seq, ts - sequencedAt);
      compare("numbered before an earlier entry", seq, newestNumbered - sequencedAt);
      newestNumbered = Math.max(newestNumbered, sequencedAt);
      numbering.add(sequencedAt);
    },
    addCheckpoint: (times) => {
      check.count();
      for (const problem of checkpointProblems(times, newest, newestNumbered))
        check.problem(problem);
      const { signedAt, size } = times;
      if (signedAt > floor.at) floor = { at: signedAt, what: `the checkpoint of ${size}` };
    },
    finish: () => {
      for (const kind of runs.keys()) report(kind);
    },
  };
}

/** How close the times of numbering are kept. */
const numberingStepMs = 1_000;

/** When entries were numbered: those that wait in the inbox are, within a second or two. */
function makeNumberingTimes() {
  let last = -Infinity;
  const recent: number[] = [];
  return {
    add: (at: number): void => {
      if (at - (recent.at(-1) ?? -Infinity) >= numberingStepMs) recent.push(at);
    },
    /** The last time that was well before an entry was numbered; -Infinity if there is none. */
    lastBefore: (at: number): number => {
      while (recent[0] !== undefined && at - recent[0] > clockToleranceMs) last = recent.shift()!;
      return last;
    },
  };
}

/** What contradicts each other in the times of a checkpoint and of the entries that it covers. */
function checkpointProblems(
  { size, signedAt, publishedAt, cosignedAt }: CheckpointTimes,
  newest: number,
  newestNumbered: number,
): string[] {
  const isoOf = (at: number): string => new Date(at).toISOString();
  const orders: readonly (readonly [at: number, what: string, than: number, thanWhat: string])[] = [
    ...(newest > -Infinity
      ? ([[signedAt, "signed", newest, "an entry that it covers"]] as const)
      : []),
    ...(newestNumbered > -Infinity
      ? ([[signedAt, "signed", newestNumbered, "an entry that it covers was numbered"]] as const)
      : []),
    ...(publishedAt === null
      ? []
      : ([[publishedAt, "published", signedAt, "it was signed"]] as const)),
    ...cosignedAt.map((at) => [at, "cosigned", signedAt, "it was signed"] as const),
    ...cosignedAt.flatMap((at) =>
      publishedAt === null ? [] : [[publishedAt, "published", at, "it was cosigned"] as const],
    ),
  ];
  return orders
    .filter(([at, , than]) => than - at > clockToleranceMs)
    .map(
      ([at, what, than, thanWhat]) =>
        `The checkpoint of ${countEntries(size)} was ${what} at ${isoOf(at)}, before ${thanWhat} at ${isoOf(than)}.`,
    );
}
