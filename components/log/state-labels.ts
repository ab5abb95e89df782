import { formatCount, plural } from "@/lib/format/count";
import type { LogState, SourceView, VerificationView } from "@/lib/log/view-types";

/** The label of the latest checkpoint's level: "Witnessed by 2 of 3", "Signed by the log only". */
export function levelLabel({
  level,
  checkpoint,
  witnesses,
}: Pick<LogState, "level" | "checkpoint" | "witnesses">): string {
  if (checkpoint === null || level === "unsealed") return "No checkpoint yet";
  if (level === "witnessed")
    return `Witnessed by ${checkpoint.cosignedBy.length} of ${witnesses.length}`;
  return witnesses.length === 0
    ? "Signed by the log only"
    : `Signed by the log; ${checkpoint.cosignedBy.length} of ${plural(witnesses.length, "witness", "witnesses")} cosigned`;
}

/** The number of missing entries of all sources. */
export function countMissing({ sources }: Pick<LogState, "sources">): number {
  return sources.reduce((sum, { missingCount }) => sum + missingCount, 0);
}

/**
 * At least this many entries were received but not confirmed: their sources have not reported up to
 * which number all entries were sent, so a gap among them would not be known yet.
 */
export function countUnconfirmed({ sources }: Pick<LogState, "sources">): number {
  return sources.reduce((sum, { arrived, settled }) => sum + Math.max(0, arrived - settled), 0);
}

/** The number of known holes in the numbers of all sources that no source has settled yet. */
export function countUnsettled({ sources }: Pick<LogState, "sources">): number {
  return sources.reduce((sum, { unsettledCount }) => sum + unsettledCount, 0);
}

/** How far a source without missing entries is known to have no gaps, and which holes are open. */
export function noGapsLabel({
  arrived,
  settled,
  unsettled,
  unsettledCount,
}: Pick<SourceView, "arrived" | "settled" | "unsettled" | "unsettledCount">): string {
  if (unsettledCount > 0)
    return `${formatCount(unsettledCount)} not settled (${unsettled.replaceAll("-", "–").replaceAll(",", ", ")})`;
  if (settled >= arrived) return "None";
  return settled === 0 ? "Not confirmed yet" : `None up to ${formatCount(settled)}`;
}

/** The result of a verification, with the number of entries checked. */
export function verificationSummary({
  ok,
  size,
  problems,
  checks,
}: Pick<VerificationView, "ok" | "size" | "problems" | "checks">): string {
  const count = checks.reduce((sum, check) => sum + check.problems, 0) || problems.length;
  return ok
    ? `no problems in ${plural(size, "entry", "entries")}`
    : `${plural(count, "problem")} in ${plural(size, "entry", "entries")}`;
}

/** A short duration: "840 ms", "12.4 s". */
export function formatMilliseconds(milliseconds: number): string {
  return milliseconds < 1_000
    ? `${Math.round(milliseconds)} ms`
    : `${(milliseconds / 1_000).toFixed(1)} s`;
}
