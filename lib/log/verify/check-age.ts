import { formatDuration } from "@/lib/format/duration";
import { minuteMs } from "@/lib/format/time-units";
import type { TrustResult } from "./check-trust";
import type { CheckResults } from "./report";

/** How old the newest thing that a file proves may be. */
export type AgeOptions = Readonly<{
  /** The time of the verification; without it, ages are not computed. */
  now?: Date | undefined;
  /** The maximum age in milliseconds; without it, the check states the time but can't fail. */
  maxAgeMs?: number | undefined;
}>;

/** Clocks of different machines may differ by so much. */
const toleranceMs = 5 * minuteMs;

/**
 * States how recent the file is: an old export is as valid as on its first day, and shows nothing of
 * what happened since. The time is the latest of the signed entries in the file and of the verified
 * cosignatures; a checkpoint itself has none. Returns that time; null if there is none.
 */
export function reportAge(
  checks: CheckResults,
  { now, maxAgeMs }: AgeOptions,
  { newestTs, signed }: Readonly<{ newestTs: string | null; signed: TrustResult }>,
): string | null {
  const entryAt = signed.level === null || newestTs === null ? null : Date.parse(newestTs);
  const times = [
    ...(entryAt === null || Number.isNaN(entryAt) ? [] : [entryAt]),
    ...signed.cosigned.map(({ timestamp }) => timestamp * 1_000),
  ];
  if (times.length === 0) {
    const reason = "No signed entry and no cosignature in the file states a time.";
    if (maxAgeMs === undefined) checks.skip("age", reason);
    else checks.problem("age", reason);
    return null;
  }
  const newest = Math.max(...times);
  const at = new Date(newest).toISOString();
  const what = newest === entryAt ? "newest entry in the file" : "newest cosignature";
  const says = `The ${what} is of ${at}${now === undefined ? "" : `, ${ageText(now.getTime() - newest)} ago`}; the file shows nothing that happened later.`;
  if (now === undefined || maxAgeMs === undefined) {
    checks.skip("age", says);
    return at;
  }
  const age = now.getTime() - newest;
  checks.count("age");
  checks.summarize("age", says);
  if (age > maxAgeMs)
    checks.problem("age", `${says} That is more than the ${ageText(maxAgeMs)} that you allow.`);
  else if (age < -toleranceMs)
    checks.problem(
      "age",
      `The ${what} is of ${at}, which is in the future by this machine's clock.`,
    );
  return at;
}

const ageText = (ms: number): string => formatDuration(ms / 1_000);
