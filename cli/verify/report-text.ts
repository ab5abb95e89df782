import type { Check, VerifyReport } from "@/lib/log/verify/report";

const states = { passed: "passed", failed: "FAILED", "not-checked": "not checked" } as const;
const count = (n: number, one: string, many: string): string =>
  `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

function checkText({ name, state, checked, problemCount, problems, says }: Check): string {
  const more = problemCount - problems.length;
  const details = [
    ...problems,
    ...(more > 0 ? [`… and ${more.toLocaleString("en")} more, on standard error`] : []),
  ]
    .map((problem) => `             ${problem}\n`)
    .join("");
  const summary =
    state === "failed"
      ? `${count(problemCount, "problem", "problems")}${checked > 0 ? `, ${checked.toLocaleString("en")} checked` : ""}`
      : says;
  return `${states[state].padEnd(11)}  ${name.padEnd(9)}  ${summary}\n${details}`;
}

/** The report as text: what was checked, with which key, up to which entry, and the level. */
export function reportText(file: string, report: VerifyReport): string {
  return `${file}\n${report.checks.map(checkText).join("")}\n${conclusion(report)}\n`;
}

function conclusion({
  kind,
  level,
  size,
  entries,
  newestAt,
  unsealed,
  log,
  keyPinned,
  checks,
  rootHex,
  cosignedBy,
  last,
}: VerifyReport): string {
  const failedChecks = checks
    .filter(({ state }) => state === "failed")
    .map(({ name }) => name)
    .join(", ");
  if (level === "failed") return `FAILED: ${failedChecks}. Do not trust this file.`;
  const subject =
    kind === "proof"
      ? `entry ${last}`
      : level === "unsealed"
        ? count(entries, "entry", "entries")
        : `${(entries - unsealed).toLocaleString("en")} of ${count(size, "entry", "entries")}`;
  if (level === "unsealed")
    return `NOT SEALED: ${subject} ${kind === "proof" || entries === 1 ? "is" : "are"} not covered by a signed checkpoint. The checks above were done.${failedChecks === "" ? "" : ` Failed: ${failedChecks}.`}`;
  const key = keyPinned
    ? "the key that you provided"
    : "the key in the file itself, which you should compare with the key from another source (--key)";
  const witnesses =
    level === "witnessed"
      ? ` and its witnesses cosigned (${cosignedBy.map(({ name, at }) => `${name} at ${at}`).join(", ")})`
      : "";
  const uncovered =
    unsealed > 0
      ? ` ${count(unsealed, "later entry is", "later entries are")} not covered by a checkpoint yet.`
      : "";
  const partial = kind === "export" ? partialText(checks) : "";
  const newest = newestAt === null ? "" : ` Nothing in it is newer than ${newestAt}.`;
  return `${level.toUpperCase()}: ${subject} exactly as ${log} signed${witnesses}, verified with ${key}. Checkpoint of ${size.toLocaleString("en")} entries, root ${rootHex}.${partial}${newest}${uncovered}${failedChecks === "" ? "" : ` Failed checks: ${failedChecks}.`}`;
}

/** What a file without some of the entries shows of the others. */
function partialText(checks: VerifyReport["checks"]): string {
  const stateOf = (wanted: string) => checks.find(({ name }) => name === wanted)?.state;
  if (stateOf("complete") === "passed") return "";
  return stateOf("selection") === "passed"
    ? " How far it holds all entries that match its filter, the check selection says."
    : " The file does not show whether other entries match its filter.";
}
