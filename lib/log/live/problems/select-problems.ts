type CheckedProblems = Readonly<{ count: number; problems: readonly string[]; unlisted: number }>;

/** Well within an entry, whose texts have at most 4,000 characters and all of it 65,535 bytes. */
const maxTotalChars = 24_000;
const maxChars = 4_000;

/**
 * The problems that the entry of a verification names: one of each kind of every check first, then
 * the second of each, as far as there is room. So a thousand problems of one kind, which an
 * attacker can make, hide none of another. The last line says how many are left out.
 */
export function selectProblems(checks: readonly CheckedProblems[]): string[] {
  const kinds = checks.flatMap(({ problems }) => groupByKind(problems));
  const selected: string[] = [];
  let chars = 0;
  const longest = Math.max(0, ...kinds.map((kind) => kind.length));
  for (let round = 0; round < longest; round += 1)
    for (const kind of kinds) {
      const problem = kind[round]?.slice(0, maxChars);
      if (problem === undefined || chars + problem.length > maxTotalChars) continue;
      selected.push(problem);
      chars += problem.length;
    }
  const listed = checks.reduce((sum, { problems }) => sum + problems.length, 0);
  const left = listed - selected.length + checks.reduce((sum, { unlisted }) => sum + unlisted, 0);
  return left === 0
    ? selected
    : [
        ...selected,
        `${left} more ${left === 1 ? "problem isn't" : "problems aren't"} listed here. Run \`npx chancery verify --live\` to see more of them.`,
      ];
}

const maxKindChars = 200;

/** The problem without the words that have a digit. Cut first, because labels may be long. */
const kindOf = (problem: string): string =>
  problem
    .slice(0, maxKindChars)
    .split(/[\s,;:()"]+/)
    .filter((word) => !/\d/.test(word))
    .join(" ");

/** Problems of one kind differ only in numbers and IDs. */
function groupByKind(problems: readonly string[]): string[][] {
  const byKind = new Map<string, string[]>();
  for (const problem of problems) {
    const kind = kindOf(problem);
    const group = byKind.get(kind) ?? [];
    byKind.set(kind, group);
    group.push(problem);
  }
  return [...byKind.values()];
}
