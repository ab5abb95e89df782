import type { TrustLevel } from "@/lib/log/view-types";

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
  "age",
  "selection",
  "index",
  "select",
] as const;
/** These are in the report only where there is something to say. */
const occasional: ReadonlySet<string> = new Set(["selection", "index", "select"]);
export type CheckName = (typeof checkNames)[number];
/** "not-checked": the necessary input was not given or is not in the file; `says` explains it. */
export type CheckState = "passed" | "failed" | "not-checked";
export type Check = Readonly<{
  name: CheckName;
  state: CheckState;
  checked: number;
  problemCount: number;
  problems: readonly string[];
  says: string;
}>;

/** The result of an offline verification. Each check states in `says` what it covered. */
export type VerifyReport = Readonly<{
  kind: "export" | "proof";
  checks: readonly Check[];
  /** The level that the covered entries reach; "failed" if there is any problem with them. */
  level: TrustLevel | "failed";
  /** The number of entries that the checkpoint covers. */
  size: number;
  /** The entries in the file; `unsealed`: those of them that no checkpoint covers yet. */
  entries: number;
  unsealed: number;
  first: number | null;
  last: number | null;
  /** The latest time that a signed entry of the file or a verified cosignature states. */
  newestAt: string | null;
  log: string | null;
  vkey: string | null;
  rootHex: string | null;
  /** Whether the key was given by the verifier, rather than taken from the file. */
  keyPinned: boolean;
  cosignedBy: readonly Readonly<{ name: string; at: string }>[];
  /** The filter, as stated in the header. */
  filter: string;
}>;

/** How many problems of each check the report lists by default. */
const defaultListed = 20;

/** Where problems go that a report counts but doesn't list. */
export type ProblemOptions = Readonly<{
  /** How many problems of each check are kept for the report; 20 by default. */
  maxListed?: number | undefined;
  /** Called with each further one, as it is found. */
  onUnlisted?: ((name: CheckName, message: string) => void) | undefined;
}>;

/** Collects the results of the checks: the first problems as text, all of them by count. */
export type CheckResults = Readonly<{
  count: (name: CheckName, more?: number) => void;
  problem: (name: CheckName, message: string) => void;
  /** States what the check covered. */
  summarize: (name: CheckName, says: string) => void;
  /** Marks the check as not done, with the reason. */
  skip: (name: CheckName, reason: string) => void;
  failed: (...names: readonly CheckName[]) => boolean;
  all: () => Check[];
}>;

export function makeCheckResults({
  maxListed = defaultListed,
  onUnlisted,
}: ProblemOptions = {}): CheckResults {
  const results = new Map(
    checkNames.map((name) => [
      name,
      { checked: 0, problemCount: 0, problems: [] as string[], says: "", skipped: false },
    ]),
  );
  const resultOf = (name: CheckName) => results.get(name)!;
  return {
    count: (name, more = 1) => {
      resultOf(name).checked += more;
    },
    problem: (name, message) => {
      const check = resultOf(name);
      check.problemCount += 1;
      if (check.problems.length < maxListed) check.problems.push(message);
      else onUnlisted?.(name, message);
    },
    summarize: (name, says) => {
      resultOf(name).says = says;
    },
    skip: (name, reason) => {
      Object.assign(resultOf(name), { skipped: true, says: reason });
    },
    failed: (...names) => names.some((name) => resultOf(name).problemCount > 0),
    all: () =>
      checkNames.flatMap((name) => {
        const { checked, problemCount, problems, says, skipped } = resultOf(name);
        const state = problemCount > 0 ? "failed" : skipped ? "not-checked" : "passed";
        const isShown = !occasional.has(name) || says !== "" || problemCount > 0;
        return isShown ? [{ name, state, checked, problemCount, problems, says }] : [];
      }),
  };
}
