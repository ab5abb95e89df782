import { foundSource, isCanonicalText, scanEntry } from "./canonical-scan";
import { hasAt } from "./entry-frame";
import type { Findings } from "./report";
import type { SourceNumbers } from "./source-numbers";

/** What the entries of a file say themselves, held against each other and against the frame around them. */
export type EntryFacts = Readonly<{
  /** Looks at one entry: canonical, of a known version, its source's number new. `bytes` must be UTF-8 and hold a newline behind it. */
  look: (seq: number, bytes: Buffer, from: number, end: number) => void;
}>;

const beginning = Buffer.from(`{"action":"`),
  ending = Buffer.from(`,"v":1}`),
  heartbeat = Buffer.from(`source.heartbeat"`),
  opened = Buffer.from(`log.opened"`),
  continued = Buffer.from(`log.continued"`);
const COLON = 58,
  MOST_KNOWN = 8;

type Logs = Readonly<{ log: string | null; vkey: string | null }>;
type Details = { details?: Readonly<Record<string, unknown>> | null };

export function makeEntryFacts(
  findings: Findings,
  numbers: SourceNumbers,
  { log, vkey }: Logs,
): EntryFacts {
  const special = (seq: number, text: string): void => {
    const details = (JSON.parse(text) as Details).details ?? {};
    if (text.startsWith(`{"action":"source.heartbeat"`)) {
      const { source, boot, settled, voided } = details;
      const isKnown =
        typeof source === "string" &&
        typeof boot === "string" &&
        Number.isSafeInteger(settled) &&
        typeof voided === "string" &&
        numbers.settled(keyOf(source, boot), settled as number, voided);
      if (!isKnown) findings.problem("format", `Entry ${seq}: a heartbeat that cannot be read.`);
    } else if (details.origin === log && details.vkey !== vkey)
      findings.problem(
        "signature",
        `Entry ${seq} opened the log ${log} with another key than the header names.`,
      );
    else if (typeof details.size === "number" && details.size > seq)
      findings.problem("order", `Entry ${seq} says that the log was continued at ${details.size}.`);
  };
  const readSource = makeSourceReader();
  const source = (seq: number, bytes: Buffer): void => {
    const { key, number } = readSource(bytes, foundSource.from, foundSource.to);
    if (key === null) findings.problem("format", `Entry ${seq}: its src cannot be read.`);
    else if (!numbers.arrived(key, number))
      findings.problem(
        "gaps",
        `Entry ${seq} has number ${number} of ${key}, which came before or was used for none.`,
      );
  };
  return {
    look: (seq, bytes, from, end) => {
      const quick = scanEntry(bytes, from, end);
      if (!quick && !isCanonicalText(bytes.toString("utf8", from, end)))
        return findings.problem("format", `Entry ${seq} is not canonical JSON (RFC 8785).`);
      if (!hasAt(bytes, from, beginning) || !hasAt(bytes, end - ending.length, ending))
        return findings.problem("format", `Entry ${seq} is not an entry of version 1.`);
      if (quick && foundSource.from > 0) source(seq, bytes);
      else if (!quick) slowSource(seq, bytes.toString("utf8", from, end));
      const action = from + beginning.length;
      if (
        hasAt(bytes, action, heartbeat) ||
        hasAt(bytes, action, opened) ||
        hasAt(bytes, action, continued)
      )
        special(seq, bytes.toString("utf8", from, end));
    },
  };

  function slowSource(seq: number, text: string): void {
    const { src } = JSON.parse(text) as { src?: { id?: unknown; boot?: unknown; seq?: unknown } };
    if (src === undefined) return;
    if (typeof src?.id !== "string" || typeof src.boot !== "string" || !isNumber(src.seq))
      findings.problem("format", `Entry ${seq}: its src cannot be read.`);
    else if (!numbers.arrived(keyOf(src.id, src.boot), src.seq))
      findings.problem(
        "gaps",
        `Entry ${seq} has number ${src.seq} of ${keyOf(src.id, src.boot)}, which came before or was used for none.`,
      );
  }
}

const isNumber = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) > 0;
const keyOf = (id: string, boot: string): string => `${id} (run ${boot})`;

/**
 * {"boot":"…","id":"…","seq":N}: all up to the number is the same for every entry of a run, so what the last ones began with is compared
 * before anything is parsed.
 */
function makeSourceReader(): (
  bytes: Buffer,
  from: number,
  to: number,
) => { key: string | null; number: number } {
  const known: { prefix: Buffer; key: string }[] = [],
    result: { key: string | null; number: number } = { key: null, number: 0 };
  return (bytes, from, to) => {
    let digits = to - 1,
      number = 0,
      scale = 1;
    while (digits > from && bytes[digits - 1] !== COLON) {
      digits -= 1;
      const digit = bytes[digits]! - 48;
      number += digit >= 0 && digit <= 9 ? digit * scale : Number.NaN;
      scale *= 10;
    }
    let run = known.find(
      ({ prefix }) => prefix.length === digits - from && hasAt(bytes, from, prefix),
    );
    if (!run) {
      const text = bytes.toString("utf8", from, to),
        prefix = Buffer.from(bytes.subarray(from, digits));
      if (/^\{"boot":"[^"]*","id":"[^"]*","seq":\d+\}$/.test(text)) {
        const { id, boot } = JSON.parse(text) as { id: string; boot: string };
        run = { prefix, key: keyOf(id, boot) };
        known.unshift(run);
        known.splice(MOST_KNOWN);
      }
    }
    result.key = run && isNumber(number) ? run.key : null;
    result.number = number;
    return result;
  };
}
