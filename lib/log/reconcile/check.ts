/**
 * What one check found. `count` counts all problems; `problems` describes the first of them, and
 * `unlisted` counts those that it doesn't.
 */
export type CheckResult = Readonly<{
  checked: number;
  count: number;
  problems: readonly string[];
  unlisted: number;
}>;

export type Check = Readonly<{
  /** Counts items that were checked. */
  count: (items?: number) => void;
  /** `times`: how many problems the message stands for. */
  problem: (message: string, times?: number) => void;
  result: () => CheckResult;
}>;

/** So many that decoys hide no other problem of the same check easily; see selectProblems. */
const maxProblems = 2_000;

/**
 * Collects the result of one check: memory stays bounded however many problems there are.
 * `onUnlisted` is called with each problem that the result counts but doesn't describe.
 */
export function makeCheck(onUnlisted: (message: string) => void = () => {}): Check {
  let checked = 0;
  let problemCount = 0;
  let unlisted = 0;
  const problems: string[] = [];
  return {
    count: (items = 1) => {
      checked += items;
    },
    problem: (message, times = 1) => {
      problemCount += times;
      if (problems.length < maxProblems) problems.push(message);
      else {
        unlisted += times;
        onUnlisted(message);
      }
    },
    result: () => ({ checked, count: problemCount, problems: [...problems], unlisted }),
  };
}
