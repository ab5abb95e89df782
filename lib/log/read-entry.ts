import { canonicalJson, type Json } from "./pure/canonical";
import { isCanonicalEntry } from "./pure/canonical-scan";
import { maxEntryBytes } from "./entry";
import type { EntryRecord } from "./types";

/** Why the bytes of an entry can't be read, and the words for it. */
export const entryProblems = {
  empty: "it has no bytes",
  "too-large": "it has more than 65,535 bytes",
  "not-utf8": "its bytes are not UTF-8",
  "not-json": "its bytes are not JSON",
  "not-canonical": "its bytes are not canonical JSON (RFC 8785)",
  "too-deep": "it is nested too deeply",
  "unknown-version": "it has a version that Chancery doesn't know",
  "wrong-shape": "a member is missing or has another type than it must have",
  "other-id": "its bytes have another ID than the one it is stored with",
} as const;
export type EntryProblem = keyof typeof entryProblems;

/**
 * What the bytes of an entry say, or why they can't be read. A reader must handle both: whoever can
 * write into the inbox chooses the bytes.
 */
export type EntryReading =
  | Readonly<{ readable: true; record: EntryRecord }>
  | Readonly<{ readable: false; problem: EntryProblem }>;

/** What a reader gets for a number of the log. */
export type NumberedEntry = Readonly<{ seq: number }> & EntryReading;

/** An entry that can be read. */
export type ReadableEntry = Readonly<{ seq: number; record: EntryRecord }>;
/** One that can't. */
export type UnreadableEntry = Readonly<{ seq: number; problem: EntryProblem }>;

const maxDepth = 32;
const maxIdChars = 64;
const maxNameChars = 200;
const maxTextChars = 4_000;
const maxUserAgentChars = 512;
const maxProxies = 16;
const maxAddressChars = 64;
const maxPort = 65_535;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const unreadable = (problem: EntryProblem): EntryReading => ({ readable: false, problem });

/**
 * The one way to read an entry. Total: it never throws, whatever the bytes are. Readable means that
 * Chancery could have written them: canonical JSON (RFC 8785) of version 1, every member of its
 * type and within its limits, nothing that the database or a browser can't hold. `storedId` is the
 * ID in the entry's row; leave it out where there is none.
 */
export function readEntry(bytes: Uint8Array | null, storedId?: string | null): EntryReading {
  if (bytes === null || bytes.length === 0) return unreadable("empty");
  if (bytes.length > maxEntryBytes) return unreadable("too-large");
  const text = decodeUtf8(bytes);
  return text === null ? unreadable("not-utf8") : readText(bytes, text, storedId);
}

function readText(bytes: Uint8Array, text: string, storedId?: string | null): EntryReading {
  const value = parseJson(text);
  if (value === undefined) return unreadable("not-json");
  if (!isObject(value)) return unreadable("wrong-shape");
  if (isDeeper(value, maxDepth)) return unreadable("too-deep");
  if (!isCanonicalEntry(bytes, 0, bytes.length) && !isCanonical(value, text))
    return unreadable("not-canonical");
  if (value["v"] !== 1) return unreadable("unknown-version");
  if (!hasShape(value) || hasNul(text)) return unreadable("wrong-shape");
  const record = value as EntryRecord;
  if (storedId !== undefined && storedId !== record.id) return unreadable("other-id");
  return { readable: true, record };
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** Undefined if the text is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Duplicate members, other orders, fractions such as 1.0 and lone surrogates aren't canonical. */
function isCanonical(value: object, text: string): boolean {
  try {
    return canonicalJson(value as Json) === text;
  } catch {
    return false;
  }
}

/** PostgreSQL's JSON can't hold U+0000, so it would be found by no search; no entry has it. */
const hasNul = (text: string): boolean =>
  text.includes("\\u0000") && /(?<!\\)(?:\\\\)*\\u0000/.test(text);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Without recursion beyond `left`: the bytes may nest 30,000 levels. */
function isDeeper(value: unknown, left: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (left === 0) return true;
  for (const member of Object.values(value)) if (isDeeper(member, left - 1)) return true;
  return false;
}

/** Years that PostgreSQL, JavaScript and every export format can hold. */
const timeForm = /^2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const actionForm = /^[a-z][a-z-]{0,48}\.[a-z][a-z-]{0,48}$/;
const outcomes: ReadonlySet<unknown> = new Set(["success", "denied", "failure"]);

const isText = (value: unknown, max: number): value is string =>
  typeof value === "string" && value.length <= max;
const isTextOrNull = (value: unknown, max: number): boolean => value === null || isText(value, max);
function isName(value: unknown): value is string {
  return isText(value, maxNameChars);
}
const isNameOrNull = (value: unknown): boolean => value === null || isName(value);

function isTime(value: unknown): boolean {
  return typeof value === "string" && timeForm.test(value) && !Number.isNaN(Date.parse(value));
}

const isActor = (value: unknown): boolean =>
  isObject(value) && isName(value["kind"]) && isNameOrNull(value["id"]) && isName(value["label"]);

const isCredential = (value: unknown): boolean =>
  isObject(value) &&
  isNameOrNull(value["certificateId"]) &&
  isName(value["serial"]) &&
  isName(value["fingerprintSha256"]);

function isTarget(value: unknown): boolean {
  return isObject(value) && isName(value["kind"]) && isName(value["id"]) && isName(value["label"]);
}
function isOrigin(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { ip, port, userAgent, via } = value;
  return (
    isTextOrNull(ip, maxAddressChars) &&
    (port === null ||
      (Number.isInteger(port) && (port as number) >= 0 && (port as number) <= maxPort)) &&
    isTextOrNull(userAgent, maxUserAgentChars) &&
    Array.isArray(via) &&
    via.length <= maxProxies &&
    via.every(isName)
  );
}

function isDecision(value: unknown): boolean {
  if (!isObject(value) || !Array.isArray(value["rules"])) return false;
  const { profileVersion } = value;
  return (
    (profileVersion === undefined || Number.isSafeInteger(profileVersion)) &&
    haveTextsWithin(value) &&
    value["rules"].every(
      (rule) =>
        isObject(rule) &&
        isText(rule["rule"], maxTextChars) &&
        isText(rule["input"], maxTextChars) &&
        typeof rule["outcome"] === "string",
    )
  );
}

const isSource = (value: unknown): boolean =>
  isObject(value) &&
  isText(value["id"], 2 * maxNameChars) &&
  isName(value["boot"]) &&
  Number.isSafeInteger(value["seq"]) &&
  (value["seq"] as number) > 0;

/** Whether all texts and names in a value are as long as makeEntry leaves them at most. */
function haveTextsWithin(value: unknown): boolean {
  if (typeof value === "string") return value.length <= maxTextChars;
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value)) return value.every(haveTextsWithin);
  return Object.entries(value).every(
    ([name, member]) => name.length <= maxNameChars && haveTextsWithin(member),
  );
}

/** Every member that a reader may use without asking, with its type and its limit in makeEntry. */
const memberChecks: readonly (readonly [name: string, isValid: (value: unknown) => boolean])[] = [
  ["id", (value) => isText(value, maxIdChars) && value !== ""],
  ["ts", isTime],
  ["action", (value) => typeof value === "string" && actionForm.test(value)],
  ["outcome", (value) => outcomes.has(value)],
  ["reason", (value) => isTextOrNull(value, maxTextChars)],
  ["actor", isActor],
  ["credential", (value) => value === null || isCredential(value)],
  ["target", (value) => value === null || isTarget(value)],
  ["origin", isOrigin],
  ["requestId", isName],
  ["correlationId", isName],
  ["decision", (value) => value === null || isDecision(value)],
  ["details", (value) => isObject(value) && haveTextsWithin(value)],
  ["src", (value) => value === undefined || isSource(value)],
  ["nonce", isName],
];
function hasShape(entry: Readonly<Record<string, unknown>>): boolean {
  return memberChecks.every(([name, isValid]) => isValid(entry[name]));
}
