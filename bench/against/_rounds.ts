import { setTimeout as pause } from "node:timers/promises";
import { printTable } from "../_tools";
import type { Build } from "./_build";
import { type ProcessGroup, processGroups, type ProcessorTime } from "./_processor-time";

/** What one round of one build did. */
export type Work = Readonly<{ answered: number; refused: number; seconds: number; p99Ms: number }>;
type Round = Work & Readonly<{ entries: number; time: ProcessorTime }>;
export type Comparison = Readonly<{
  title: string;
  /** What is counted, in the singular: a certificate. */
  unit: string;
  rounds: number;
  /** Returns the work of one round; what it does before is not measured. */
  prepare: (build: Build, round: number) => Promise<() => Promise<Work>>;
}>;

/**
 * Has both builds do the same in turns, the old one first in every other round, and prints what
 * each took. The processor time of a round includes what is done later because of it: numbering,
 * the search index, checkpoints.
 */
export async function compare(
  builds: readonly [old: Build, current: Build],
  { title, unit, rounds, prepare }: Comparison,
): Promise<void> {
  const pairs: Record<Build["age"], Round>[] = [];
  for (let round = 0; round < rounds; round++) {
    const done: Partial<Record<Build["age"], Round>> = {};
    for (const build of round % 2 === 0 ? builds : builds.toReversed())
      done[build.age] = await measure(build, await prepare(build, round));
    if (done.old && done.new) pairs.push({ old: done.old, new: done.new });
  }
  const counted = pairs.reduce((sum, pair) => sum + pair.old.answered + pair.new.answered, 0);
  process.stdout.write(
    `\n${title}: ${rounds} × 2 rounds, ${counted.toLocaleString("en")} in all\n`,
  );
  const row = (what: string, of: (round: Round) => number): Record<string, string | number> => ({
    "": what,
    [`old (${builds[0].label})`]: range(pairs.map((pair) => of(pair.old))),
    [`new (${builds[1].label})`]: range(pairs.map((pair) => of(pair.new))),
    "new/old": range(pairs.map((pair) => of(pair.new) / of(pair.old))),
  });
  printTable([
    row(`${unit}s a second`, ({ answered, seconds }) => answered / seconds),
    row("p99, ms", ({ p99Ms }) => p99Ms),
    row("refused", ({ refused }) => refused),
    row(`entries per ${unit}`, ({ entries, answered }) => entries / answered),
    row(`processor time per ${unit}, ms`, (round) => perUnit(round, processGroups)),
    ...processGroups.map((group) => row(`  ${group}`, (round) => perUnit(round, [group]))),
  ]);
}

const idleSeconds = 5;

/** What each build uses while nothing is asked of it; it is part of what a slow round costs. */
export async function reportIdle(builds: readonly Build[]): Promise<void> {
  for (const build of builds) {
    await build.untilQuiet();
    const before = build.processorTime();
    await pause(idleSeconds * 1000);
    const after = build.processorTime();
    const used = processGroups.reduce((sum, group) => sum + after[group] - before[group], 0);
    process.stdout.write(
      `${build.age} (${build.label}), idle: ${(used / idleSeconds).toFixed(0)} ms of processor time a second\n`,
    );
  }
}

async function measure(build: Build, work: () => Promise<Work>): Promise<Round> {
  const entriesBefore = await build.untilQuiet();
  const before = build.processorTime();
  const done = await work();
  const entries = (await build.untilQuiet()) - entriesBefore;
  const after = build.processorTime();
  const time = Object.fromEntries(
    processGroups.map((group) => [group, after[group] - before[group]]),
  ) as ProcessorTime;
  return { ...done, entries, time };
}

const perUnit = ({ time, answered }: Round, groups: readonly ProcessGroup[]): number =>
  groups.reduce((sum, group) => sum + time[group], 0) / answered;

/** `median (least–most)` of the rounds. */
function range(values: readonly number[]): string {
  const sorted = values.filter((value) => Number.isFinite(value)).toSorted((a, b) => a - b);
  if (sorted.length === 0) return "–";
  const middle = ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
  return `${format(middle)} (${format(sorted[0] ?? 0)}–${format(sorted.at(-1) ?? 0)})`;
}

const format = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(2);
