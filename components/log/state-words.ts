import { plural } from "@/lib/format/count";
import type { LogState, VerificationView } from "@/lib/log/types-of-proof";

/** The level of the newest checkpoint by name: "Witnessed by 2 of 3", "Signed by the log alone". */
export function levelWords({
  level,
  checkpoint,
  witnesses,
}: Pick<LogState, "level" | "checkpoint" | "witnesses">): string {
  if (checkpoint === null || level === "unsealed") return "Not yet sealed";
  if (level === "witnessed")
    return `Witnessed by ${checkpoint.cosignedBy.length} of ${witnesses.length}`;
  return witnesses.length === 0
    ? "Signed by the log alone"
    : `Signed by the log; ${checkpoint.cosignedBy.length} of ${plural(witnesses.length, "witness", "witnesses")} cosigned`;
}

/** How many entries never arrived, over all sources. */
export function missingOf({ sources }: Pick<LogState, "sources">): number {
  return sources.reduce((sum, { missingCount }) => sum + missingCount, 0);
}

/** How a verification ended, in words that say how much was looked at. */
export function verificationWords({
  ok,
  size,
  problems,
  checks,
}: Pick<VerificationView, "ok" | "size" | "problems" | "checks">): string {
  const count = checks.reduce((sum, check) => sum + check.problems, 0) || problems.length;
  return ok
    ? `nothing found in ${plural(size, "entry", "entries")}`
    : `${plural(count, "problem")} in ${plural(size, "entry", "entries")}`;
}

/** A duration of a machine: "840 ms", "12.4 s". */
export function secondsWords(milliseconds: number): string {
  return milliseconds < 1_000
    ? `${Math.round(milliseconds)} ms`
    : `${(milliseconds / 1_000).toFixed(1)} s`;
}
