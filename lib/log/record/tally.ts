/** How often each of a limited number of texts occurred; `other` counts all further ones. */
export type Tally = { readonly max: number; readonly counts: Map<string, number>; other: number };

export const makeTally = (max: number): Tally => ({ max, counts: new Map(), other: 0 });

export function addTally(tally: Tally, text: string, times = 1): void {
  const { counts, max } = tally;
  if (counts.has(text) || counts.size < max) counts.set(text, (counts.get(text) ?? 0) + times);
  else tally.other += times;
}

/** Adds the counts of another tally. */
export function mergeTally(tally: Tally, { counts, other }: Tally): void {
  for (const [text, times] of counts) addTally(tally, text, times);
  tally.other += other;
}

/** The most frequent texts with their counts, the most frequent first. */
export const topOf = ({ counts }: Tally, max: number): readonly (readonly [string, number])[] =>
  [...counts].toSorted(([, one], [, other]) => other - one).slice(0, max);
