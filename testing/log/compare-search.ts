import { expect } from "vitest";
import { factRun } from "@/lib/log/pure/search-tokens";
import { countByTime } from "@/lib/log/segments/count-by-time";
import { countMatches, findNumbers, findPage } from "@/lib/log/segments/find-entries";
import type { IndexSearch } from "@/lib/log/segments/walk-segments";
import type { Database } from "@/lib/runtime/deps";
import { began, below, pick, sampleConditions, type SampleEntry } from "./index-sample";
import type { SampleLog } from "./sample-log";

type Chosen = Readonly<{ search: IndexSearch; said: string; holds: (seq: number) => boolean }>;

/** A random search of the first `most` entries, and whether an entry matches by a look at it. */
function choose(entries: SampleLog["entries"], most: number): Chosen {
  const chosen = Array.from({ length: below(4) }, () => pick(sampleConditions)());
  const none = below(6) === 0 ? pick(sampleConditions)() : null;
  const low = below(3) === 0 ? below(most) : 0;
  const high = below(3) === 0 ? below(most + 1) : most;
  const fromMs = below(3) === 0 ? began + below(most * 60_000) : null;
  const untilMs = below(3) === 0 ? began + below(most * 60_000) : null;
  const order = pick(["asc", "desc"] as const);
  const range = { low, high, fromMs, untilMs, order };
  const all = chosen.map(({ run }) => run);
  const isWithin = (seq: number): boolean => {
    if (seq < low || seq >= high) return false;
    const time = timeOf(entries, seq);
    return time >= (fromMs ?? -Infinity) && time < (untilMs ?? Infinity);
  };
  return {
    search: { all, ...(none ? { none: none.run } : {}), ...range },
    said: `${JSON.stringify(range)} ${chosen.map(({ holds }) => String(holds)).join(" ")}`,
    holds: (seq) => {
      const entry = entries[seq] ?? null;
      if (!isWithin(seq)) return false;
      if (entry === null) return chosen.length === 0;
      return chosen.every((one) => one.holds(entry)) && none?.holds(entry) !== true;
    },
  };
}

/**
 * Compares one random search of the first `most` entries, counts and times included, with a look at
 * each of them. Returns how many match.
 */
export async function compareSearch(
  db: Pick<Database, "pool">,
  entries: SampleLog["entries"],
  most: number,
): Promise<number> {
  const { search, said: searched, holds } = choose(entries, most);
  const { order } = search;
  const isRead = (entry: SampleEntry | null): boolean => entry?.action.endsWith(".read") ?? false;
  const matches = Array.from({ length: most }, (_none, seq) => seq).filter(holds);
  const ordered = order === "asc" ? matches : matches.toReversed();
  const show = pick(["include", "only", "exclude"] as const);
  const shown = ordered.filter(
    (seq) => show === "include" || (show === "only") === isRead(entries[seq]!),
  );
  const after = below(2) === 0 && shown.length > 3 ? shown[below(shown.length)]! : null;
  const said = `${searched} ${show} ${String(after)}`;
  expect(await findNumbers(db, search, 50), said).toEqual(ordered.slice(0, 50));
  expect(await countMatches(db, search), said).toBe(matches.length);
  const page = await findPage(db, search, { show, allReads: null, after, limit: 7, cap: Infinity });
  expect(page, said).toEqual({
    numbers: (after === null ? shown : shown.slice(shown.indexOf(after) + 1)).slice(0, 7),
    total: shown.length,
    reads: matches.filter((seq) => isRead(entries[seq]!)).length,
  });
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const byDay = new Map<string, number>();
  for (const seq of matches) {
    const on = day(timeOf(entries, seq));
    byDay.set(on, (byDay.get(on) ?? 0) + 1);
  }
  const acts = [factRun("kind", "a"), factRun("kind", "r")];
  const times = matches.map((seq) => timeOf(entries, seq));
  const found = await countByTime(db, search, [acts], () => day);
  const counted = [...(found?.counts ?? [])].map(([at, [count]]) => [at, count] as const);
  expect(Object.fromEntries(counted), said).toEqual(Object.fromEntries(byDay));
  expect(found?.span ?? null, said).toEqual(
    times.length === 0 ? null : { first: Math.min(...times), last: Math.max(...times) },
  );
  return matches.length;
}

const timesOf = new WeakMap<SampleLog["entries"], number[]>();
/**
 * An entry without a time has that of the one before it. Entries are only added, so each is read
 * once.
 */
function timeOf(entries: SampleLog["entries"], seq: number): number {
  const times = timesOf.get(entries) ?? [];
  timesOf.set(entries, times);
  for (let at = times.length; at <= seq; at += 1) {
    const entry = entries[at];
    times.push(entry ? Date.parse(entry.ts) : (times.at(-1) ?? 0));
  }
  return times[seq] ?? 0;
}
