import { type CursorName, logReaders } from "@/lib/log/readers";
import type { CursorState } from "./read-cursors";

/** A reader that has entries to read and does not move. */
export type StalledReader = Readonly<{
  name: CursorName;
  label: string;
  /** The entry that it doesn't get past. */
  at: number;
  /** How many entries it has left to read. */
  behind: number;
  /** Since when, in milliseconds since 1970. */
  since: number;
}>;

export type StallWatch = Readonly<{
  /** Takes what was read now, and returns the readers that stand still. */
  observe: (
    cursors: Readonly<Partial<Record<CursorName, CursorState>>>,
    now: number,
  ) => readonly StalledReader[];
}>;

type Observed = { at: number; since: number };

/**
 * Finds cursors that stand still for `stalledAfterMs` while there is more to read. A cursor that
 * moves, however slowly, is no alarm; one that has nothing to read isn't either.
 */
export function makeStallWatch(stalledAfterMs: number): StallWatch {
  const observed = new Map<CursorName, Observed>();
  return {
    observe: (cursors, now) =>
      Object.entries(cursors).flatMap(([key, { at, end }]) => {
        const name = key as CursorName;
        const before = observed.get(name);
        if (before === undefined || before.at !== at || at >= end) {
          observed.set(name, { at, since: now });
          return [];
        }
        if (now - before.since < stalledAfterMs) return [];
        const { label } = logReaders[name];
        return [{ name, label, at, behind: end - at, since: before.since }];
      }),
  };
}

/** "alert rules: at entry 340 of 641 since 2026-11-29T00:33:36Z" */
export const stalledText = ({ label, at, behind, since }: StalledReader): string =>
  `${label}: at entry ${at} of ${at + behind} since ${new Date(since).toISOString().slice(0, 19)}Z`;
