import { sourceRange, isCanonicalText, isCanonicalEntry } from "@/lib/log/pure/canonical-scan";
import { hasAt } from "@/lib/log/pure/has-at";
import type { CheckResults } from "./report";
import type { SourceNumbers } from "@/lib/log/pure/source-numbers";

/** Checks the contents of a file's entries, against each other and against the header. */
export type EntryChecker = Readonly<{
  /**
   * Checks one entry: canonical, of a known version, with a new number of its source. `bytes` must
   * be valid UTF-8 and contain a newline after the entry.
   */
  check: (seq: number, bytes: Buffer, from: number, end: number) => void;
  /** The latest `ts` of the entries that the checkpoint covers; null if there is none. */
  newestTs: () => string | null;
}>;

const entryStart = Buffer.from(`{"action":"`);
const entryEnd = Buffer.from(`,"v":1}`);
const tsName = Buffer.from(`,"ts":"`);
const tsChars = "2026-11-23T08:15:00.042000Z".length;
const heartbeatAction = Buffer.from(`source.heartbeat"`);
const openedAction = Buffer.from(`log.opened"`);
const continuedAction = Buffer.from(`log.continued"`);
const colon = 58;
const maxCachedRuns = 8;

type LogKey = Readonly<{ log: string | null; vkey: string | null; size: number }>;
type DetailsOnly = { details?: Readonly<Record<string, unknown>> | null };

export function makeEntryChecker(
  checks: CheckResults,
  numbers: SourceNumbers,
  { log, vkey, size }: LogKey,
): EntryChecker {
  const checkSpecialEntry = (seq: number, text: string): void => {
    const details = (JSON.parse(text) as DetailsOnly).details ?? {};
    if (text.startsWith(`{"action":"source.heartbeat"`)) {
      const { source: addSourceNumber, boot, settled, voided } = details;
      const isValid =
        typeof addSourceNumber === "string" &&
        typeof boot === "string" &&
        Number.isSafeInteger(settled) &&
        typeof voided === "string" &&
        numbers.addHeartbeat(keyOf(addSourceNumber, boot), settled as number, voided);
      if (!isValid) checks.problem("format", `Entry ${seq} is a heartbeat that cannot be parsed.`);
    } else if (details.origin === log && details.vkey !== vkey)
      checks.problem(
        "signature",
        `Entry ${seq} opened the log ${log} with a different key than the header states.`,
      );
    else if (typeof details.size === "number" && details.size > seq)
      checks.problem("order", `Entry ${seq} states that the log was continued at ${details.size}.`);
  };
  const newest = makeNewestTime();
  const readSource = makeSourceReader();
  const source = (seq: number, bytes: Buffer): void => {
    const { key, number } = readSource(bytes, sourceRange.from, sourceRange.to);
    if (key === null) checks.problem("format", `The src of entry ${seq} cannot be parsed.`);
    else if (!numbers.addNumber(key, number))
      checks.problem(
        "gaps",
        `Entry ${seq} has number ${number} of ${key}, which was already used or was reported as unused.`,
      );
  };
  return {
    newestTs: newest.text,
    check: (seq, bytes, from, end) => {
      const isFastPath = isCanonicalEntry(bytes, from, end);
      if (!isFastPath && !isCanonicalText(bytes.toString("utf8", from, end)))
        return checks.problem("format", `Entry ${seq} is not canonical JSON (RFC 8785).`);
      if (!hasAt(bytes, from, entryStart) || !hasAt(bytes, end - entryEnd.length, entryEnd))
        return checks.problem("format", `Entry ${seq} is not an entry of version 1.`);
      if (seq < size) newest.add(bytes, end);
      if (isFastPath && sourceRange.from > 0) source(seq, bytes);
      else if (!isFastPath)
        addParsedSourceNumber(checks, numbers, seq, bytes.toString("utf8", from, end));
      const action = from + entryStart.length;
      if (
        hasAt(bytes, action, heartbeatAction) ||
        hasAt(bytes, action, openedAction) ||
        hasAt(bytes, action, continuedAction)
      )
        checkSpecialEntry(seq, bytes.toString("utf8", from, end));
    },
  };
}

/**
 * The latest `ts` of entries. In canonical form it stands directly before `v`, so its bytes can be
 * compared as they are.
 */
function makeNewestTime() {
  const newest = Buffer.alloc(tsChars);
  return {
    add: (bytes: Buffer, end: number): void => {
      const at = end - entryEnd.length - 1 - tsChars;
      if (!hasAt(bytes, at - tsName.length, tsName)) return;
      if (bytes.compare(newest, 0, tsChars, at, at + tsChars) > 0)
        bytes.copy(newest, 0, at, at + tsChars);
    },
    text: (): string | null => (newest[0] === 0 ? null : newest.toString("latin1")),
  };
}

function addParsedSourceNumber(
  checks: CheckResults,
  numbers: SourceNumbers,
  seq: number,
  text: string,
): void {
  const { src } = JSON.parse(text) as { src?: { id?: unknown; boot?: unknown; seq?: unknown } };
  if (src === undefined) return;
  if (typeof src?.id !== "string" || typeof src.boot !== "string" || !isNumber(src.seq))
    checks.problem("format", `The src of entry ${seq} cannot be parsed.`);
  else if (!numbers.addNumber(keyOf(src.id, src.boot), src.seq))
    checks.problem(
      "gaps",
      `Entry ${seq} has number ${src.seq} of ${keyOf(src.id, src.boot)}, which was already used or was reported as unused.`,
    );
}

const isNumber = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) > 0;
const keyOf = (id: string, boot: string): string => `${id} (run ${boot})`;

/**
 * Parses {"boot":"…","id":"…","seq":N}. Everything before the number is the same for all entries of
 * a run, so the prefixes of recent runs are compared before anything is parsed.
 */
function makeSourceReader(): (
  bytes: Buffer,
  from: number,
  to: number,
) => { key: string | null; number: number } {
  const cachedRuns: { prefix: Buffer; key: string }[] = [];
  const result: { key: string | null; number: number } = { key: null, number: 0 };
  return (bytes, from, to) => {
    let digits = to - 1;
    let number = 0;
    let scale = 1;
    while (digits > from && bytes[digits - 1] !== colon) {
      digits -= 1;
      const digit = bytes[digits]! - 48;
      number += digit >= 0 && digit <= 9 ? digit * scale : Number.NaN;
      scale *= 10;
    }
    let run = cachedRuns.find(
      ({ prefix }) => prefix.length === digits - from && hasAt(bytes, from, prefix),
    );
    if (!run) {
      const text = bytes.toString("utf8", from, to);
      const prefix = Buffer.from(bytes.subarray(from, digits));
      if (/^\{"boot":"[^"]*","id":"[^"]*","seq":\d+\}$/.test(text)) {
        const { id, boot } = JSON.parse(text) as { id: string; boot: string };
        run = { prefix, key: keyOf(id, boot) };
        cachedRuns.unshift(run);
        cachedRuns.splice(maxCachedRuns);
      }
    }
    result.key = run && isNumber(number) ? run.key : null;
    result.number = number;
    return result;
  };
}
