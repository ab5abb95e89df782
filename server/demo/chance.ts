/** The numbers that the story is made of: the same in each demonstration. */
export type Chance = Readonly<{
  /** At least 0 and below 1. */
  part: () => number;
  /** A whole number from `least` to `most`. */
  between: (least: number, most: number) => number;
  pick: <T>(from: readonly [T, ...T[]]) => T;
}>;

/** A linear congruential generator modulo 2^32; nothing secret is made with it. */
export function makeChance(seed: number): Chance {
  let state = seed >>> 0;
  const part = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
  return {
    part,
    between: (least, most) => least + Math.floor(part() * (most - least + 1)),
    pick: (from) => from[Math.floor(part() * from.length)] ?? from[0],
  };
}
