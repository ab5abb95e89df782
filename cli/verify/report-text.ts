import type { Check, VerifyReport } from "@/lib/log/verify/report";

const states = { passed: "passed", failed: "FAILED", "not-checked": "not checked" } as const;
const count = (n: number, one: string, many: string): string =>
  `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

function checkText({ name, state, checked, problemCount, problems, says }: Check): string {
  const more = problemCount - problems.length;
  const found = [...problems, ...(more > 0 ? [`… and ${more.toLocaleString("en")} more`] : [])]
    .map((problem) => `             ${problem}\n`)
    .join("");
  const words =
    state === "failed"
      ? `${count(problemCount, "problem", "problems")}${checked > 0 ? `, ${checked.toLocaleString("en")} checked` : ""}`
      : says;
  return `${states[state].padEnd(11)}  ${name.padEnd(9)}  ${words}\n${found}`;
}

/** The report for people: what was checked, against which key, up to which entry, and the level by its name. */
export function reportText(file: string, report: VerifyReport): string {
  return `${file}\n${report.checks.map(checkText).join("")}\n${conclusion(report)}\n`;
}

function conclusion({
  kind,
  level,
  size,
  entries,
  unsealed,
  log,
  keyPinned,
  checks,
  rootHex,
  cosignedBy,
  last,
}: VerifyReport): string {
  const wrong = checks
    .filter(({ state }) => state === "failed")
    .map(({ name }) => name)
    .join(", ");
  if (level === "failed") return `FAILED: ${wrong}. Do not rely on this file.`;
  const what =
    kind === "proof"
      ? `entry ${last}`
      : count(level === "unsealed" ? entries : entries - unsealed, "entry", "entries");
  if (level === "unsealed")
    return `NOT SEALED: ${what} ${kind === "proof" || entries === 1 ? "is" : "are"} not proven to be what a log signed. What was checked is above.${wrong === "" ? "" : ` Failed: ${wrong}.`}`;
  const key = keyPinned
    ? "the key that you gave"
    : "the key that the file itself names, which you should compare with one from elsewhere (--key)";
  const seen =
    level === "witnessed"
      ? ` and its witnesses (${cosignedBy.map(({ name, at }) => `${name} at ${at}`).join(", ")}) cosigned`
      : "";
  const young =
    unsealed > 0
      ? ` ${count(unsealed, "entry", "entries")} behind it ${unsealed === 1 ? "is" : "are"} under no checkpoint yet.`
      : "";
  return `${level.toUpperCase()}: ${what} exactly as ${log} signed${seen}, by ${key}. Checkpoint of ${size.toLocaleString("en")} entries, root ${rootHex}.${young}${wrong === "" ? "" : ` But failed: ${wrong}.`}`;
}
