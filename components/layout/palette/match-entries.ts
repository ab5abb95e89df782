import { foldText } from "@/lib/format/fold-text";
import type { PaletteEntry } from "./palette-types";

const wordsIn = (text: string): string[] =>
  foldText(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

/** Numbers and serials are also written in groups: "1,234", "7e95 03a1", "7e:95:03:a1". */
const withoutGroups = (text: string): string => foldText(text).replaceAll(/[\s,:]/gu, "");

/**
 * How well an entry answers a query; less is better: its label or something else that names it alone
 * is the query, the label begins with it, one of the label's words is it or begins with it, or
 * something else about it matches.
 */
export function rankOf(entry: Pick<PaletteEntry, "label" | "exact">, query: string): number {
  const text = foldText(entry.label);
  const asked = foldText(query.trim());
  if (text === asked) return 0;
  const compact = withoutGroups(query);
  if (entry.exact?.some((one) => withoutGroups(one) === compact)) return 0;
  if (text.startsWith(asked)) return 1;
  const words = wordsIn(text);
  if (words.includes(asked)) return 2;
  return words.some((word) => word.startsWith(asked)) ? 3 : 4;
}

/**
 * The commands and pages of which each word of the query begins a word, best first; all of them for
 * an empty query.
 */
export function matchEntries(
  entries: readonly PaletteEntry[],
  query: string,
): readonly PaletteEntry[] {
  const asked = wordsIn(query);
  if (asked.length === 0) return query.trim() === "" ? entries : [];
  const hits = entries.filter(({ label, hint }) => {
    const words = wordsIn(`${label} ${hint ?? ""}`);
    return asked.every((one) => words.some((word) => word.startsWith(one)));
  });
  return sortByRank(hits, query);
}

/** Best first; equally good ones as they were. */
const sortByRank = (entries: readonly PaletteEntry[], query: string): readonly PaletteEntry[] =>
  entries.toSorted((one, other) => rankOf(one, query) - rankOf(other, query));

const bestRank = (entries: readonly PaletteEntry[], query: string): number =>
  Math.min(...entries.map((entry) => rankOf(entry, query)));

/** Whether the first entries have a match that is as good as the best of the others. */
export const isBetter = (
  entries: readonly PaletteEntry[],
  others: readonly PaletteEntry[],
  query: string,
): boolean => bestRank(entries, query) <= bestRank(others, query);

/** The groups of found things, that with the best match first, each best first. */
export const orderGroups = (
  groups: readonly (readonly PaletteEntry[])[],
  query: string,
): readonly PaletteEntry[] =>
  groups
    .map((entries) => sortByRank(entries, query))
    .toSorted((one, other) => bestRank(one, query) - bestRank(other, query))
    .flat();
