import type { SkippedEntry } from "@/lib/alerts/rule-state-repository";
import { unreadableEntry } from "@/lib/alerts/rules/integrity/unreadable-entry";
import { logSubject } from "@/lib/alerts/rules/verification-failed";
import { type EntryProblem, entryProblems, type UnreadableEntry } from "@/lib/log/read-entry";
import { type BatchEvaluation, findingKey, maxEntriesPerAlert } from "./evaluate-batch";
import type { RuleState } from "./rule-state";

/** Why the reader skipped an entry that could be read. */
export const ruleFailed = "a rule failed at it";

export const toSkipped = (
  unreadable: readonly UnreadableEntry[],
  failed: readonly number[],
): SkippedEntry[] => [
  ...unreadable.map(({ seq, problem }) => ({ seq, problem })),
  ...failed.map((seq) => ({ seq, problem: ruleFailed })),
];

/**
 * Adds one finding for all entries of a batch that were skipped: thousands of them are one alert
 * with a count, and name the first and what is wrong with it.
 */
export function addSkippedFinding(
  { rules }: RuleState,
  { findings }: Pick<BatchEvaluation, "findings">,
  skipped: readonly SkippedEntry[],
  now: number,
): void {
  const active = rules.find(({ rule }) => rule.name === unreadableEntry.name);
  const [first] = skipped;
  if (active === undefined || first === undefined) return;
  const seqs = skipped.map(({ seq }) => seq);
  findings.set(findingKey(unreadableEntry.name, logSubject.id), {
    rule: unreadableEntry.name,
    subject: logSubject,
    identityId: null,
    severity: active.setting.severity ?? unreadableEntry.severity,
    summary: summaryOf(first, skipped.length),
    surprise: `The alert rules skipped ${skipped.length === 1 ? "entry" : "entries"} ${seqs.slice(0, 20).join(", ")}${seqs.length > 20 ? " and others" : ""}.`,
    baseline: "Chancery can read every entry that it writes.",
    count: skipped.length,
    firstSeq: first.seq,
    lastSeq: seqs.at(-1) ?? first.seq,
    firstAt: now,
    lastAt: now,
    seqs: seqs.slice(-maxEntriesPerAlert),
    opens: true,
  });
}

function summaryOf({ seq, problem }: SkippedEntry, count: number): string {
  const others = count === 1 ? "" : ` So can't ${count - 1} more.`;
  const text =
    problem in entryProblems
      ? entryProblems[problem as EntryProblem]
      : "an alert rule failed at it";
  return `Entry ${seq} can't be read: ${text}.${others} Every reader skipped ${count === 1 ? "it" : "them"}.`;
}
