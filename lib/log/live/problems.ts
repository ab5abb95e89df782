/** What one check found: how much it looked at, how many things are wrong, and the first of them in words. */
export type Findings = Readonly<{ checked: number; count: number; words: readonly string[] }>;

/** How many problems of one check are put into words; the others are counted. */
const mostWords = 20;

export type Check = Readonly<{
  looked: (more?: number) => void;
  wrong: (words: string) => void;
  clean: () => boolean;
  findings: () => Findings;
}>;

export function makeCheck(): Check {
  let checked = 0,
    count = 0;
  const words: string[] = [];
  return {
    looked: (more = 1) => {
      checked += more;
    },
    wrong: (said) => {
      if (++count <= mostWords) words.push(said);
    },
    clean: () => count === 0,
    findings: () => ({ checked, count, words: [...words] }),
  };
}
