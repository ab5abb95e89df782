import type { TrustLevel } from "../types-of-proof";

export const checkNames = [
  "format",
  "order",
  "leaf",
  "tree",
  "signature",
  "witnesses",
  "gaps",
  "since",
  "complete",
] as const;
export type CheckName = (typeof checkNames)[number];
/** "not-checked" where what it takes was not given, or is not in the file; `says` tells why. */
export type CheckState = "passed" | "failed" | "not-checked";
export type Check = Readonly<{
  name: CheckName;
  state: CheckState;
  checked: number;
  problemCount: number;
  problems: readonly string[];
  says: string;
}>;

/** What an offline verification found. Nothing in it is a bare "passed": each check says what it looked at. */
export type VerifyReport = Readonly<{
  kind: "export" | "proof";
  checks: readonly Check[];
  /** What the entries under the checkpoint reach; "failed" if anything about them is wrong. */
  level: TrustLevel | "failed";
  /** Entries under the checkpoint. */
  size: number;
  /** Entries in the file, and those of them that no checkpoint covers yet. */
  entries: number;
  unsealed: number;
  first: number | null;
  last: number | null;
  log: string | null;
  vkey: string | null;
  rootHex: string | null;
  /** Whether the key was given by whoever verifies, and not taken from the file. */
  keyPinned: boolean;
  cosignedBy: readonly Readonly<{ name: string; at: string }>[];
  /** The filter of the export, as it says itself. */
  filter: string;
}>;

const MOST_PROBLEMS = 20;

/** Gathers what the checks find; of the problems the first few in words, the rest by count. */
export type Findings = Readonly<{
  count: (name: CheckName, more?: number) => void;
  problem: (name: CheckName, words: string) => void;
  /** Why the check could not be made, or what it looked at. */
  say: (name: CheckName, says: string) => void;
  skip: (name: CheckName, why: string) => void;
  failed: (...names: readonly CheckName[]) => boolean;
  all: () => Check[];
}>;

export function makeFindings(): Findings {
  const found = new Map(
    checkNames.map((name) => [
      name,
      { checked: 0, problemCount: 0, problems: [] as string[], says: "", skipped: false },
    ]),
  );
  const of = (name: CheckName) => found.get(name)!;
  return {
    count: (name, more = 1) => {
      of(name).checked += more;
    },
    problem: (name, words) => {
      const check = of(name);
      check.problemCount += 1;
      if (check.problems.length < MOST_PROBLEMS) check.problems.push(words);
    },
    say: (name, says) => {
      of(name).says = says;
    },
    skip: (name, why) => {
      Object.assign(of(name), { skipped: true, says: why });
    },
    failed: (...names) => names.some((name) => of(name).problemCount > 0),
    all: () =>
      checkNames.map((name) => {
        const { checked, problemCount, problems, says, skipped } = of(name);
        return {
          name,
          state: problemCount > 0 ? "failed" : skipped ? "not-checked" : "passed",
          checked,
          problemCount,
          problems,
          says,
        };
      }),
  };
}
