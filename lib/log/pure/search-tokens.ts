import { parseRecordedAddress } from "./recorded-address";
import { foldCase, forEachWord } from "./search-words";

/**
 * What an entry is found by: tokens, derived from its bytes alone. A fact is a sign byte and its
 * value, so that no word can be mistaken for a fact: words begin with a letter or digit, which is
 * 0x30 or more. The same definition serves indexing, asking and verifying (docs/log-format.md).
 */
export const signs = {
  action: 0x01,
  outcome: 0x02,
  /** "r" for a read, "a" for an act. */
  kind: 0x03,
  actorId: 0x04,
  actorLabel: 0x05,
  target: 0x06,
  certificate: 0x07,
  serial: 0x08,
  /** Four widths of an address: 0x09 … 0x0c. */
  address: 0x09,
  /** A certificate and the address that it was used from. */
  certificateAddress: 0x0d,
} as const;
export type Sign = keyof typeof signs;

/** The version of this definition and of the form of a segment. */
export const segmentFormat = 1;

/** A longer value is cut, and marked so that nobody can ask for what is left of it. */
const maxFactBytes = 800;
const cutMark = 0xff;

/** The widths at which an address is a token, in bits; a network asks for the coarsest that holds it. */
const addressWidths = { 4: [8, 16, 24, 32], 16: [32, 48, 64, 128] } as const;

/** Ids are asked for whole only; turned round, they differ in their first bytes. */
const turned: ReadonlySet<Sign> = new Set(["actorId", "target", "certificate"]);

/** Members of an entry's details that nobody types: digests, times, versions. */
const unsearchedDetails: ReadonlySet<string> = new Set([
  "tbsSha256",
  "spkiSha256",
  "rulesSha256",
  "sha256",
  "notBefore",
  "notAfter",
  "thisUpdate",
  "nextUpdate",
  "supersedeAt",
  "revokedAt",
  "invalidityDate",
  "expiresAt",
  "profileVersion",
]);

/** Actions that accompany acts, in addition to every "noun.read". */
const quietActions: ReadonlySet<unknown> = new Set(["source.heartbeat", "request.authorized"]);

/** Whether an action counts as a read: it accompanies acts and is none. */
export const isReadAction = (action: string): boolean =>
  action.endsWith(".read") || quietActions.has(action);

const maxDepth = 32;
const maxSerialChars = 64;
const encoder = new TextEncoder();
const scratch = new Uint8Array(2 * maxFactBytes + 64);

/** Takes a token: `bytes.subarray(0, length)`, valid until it returns. It may come more than once. */
export type TakeToken = (bytes: Uint8Array, length: number) => void;
type Members = Readonly<Record<string, unknown>>;

/** What a text says as JSON: an object, or null if it is anything else or nested too deeply. */
export function parseEntryText(text: string): Members | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  return hasFewBrackets(text) || isShallow(value) ? (value as Members) : null;
}

/** Each level needs a bracket: with few of them there is no need to look at the levels. */
function hasFewBrackets(text: string): boolean {
  let left = maxDepth;
  for (const bracket of ["{", "["])
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1))
      if ((left -= 1) < 0) return false;
  return true;
}

/** Nesting costs two bytes a level, so it is tested without recursion beyond the limit. */
function isShallow(value: object, left = maxDepth): boolean {
  if (left === 0) return false;
  for (const name in value) {
    const member = (value as Members)[name];
    if (typeof member === "object" && member !== null && !isShallow(member, left - 1)) return false;
  }
  return true;
}

const timeForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

/** The time that an entry is found by, in milliseconds since 1970; null if it has none. */
export function entryTime(entry: Members): number | null {
  const { ts } = entry;
  if (typeof ts !== "string" || !timeForm.test(ts)) return null;
  const time = Date.parse(ts);
  return Number.isNaN(time) || time < 0 ? null : time;
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Members)[name] : undefined;

/** Calls `take` with every token of an entry. */
export function forEachToken(entry: Members, take: TakeToken): void {
  const { action, outcome, actor, target, credential, origin, details } = entry;
  const fact = (sign: Sign, value: unknown): void => {
    if (typeof value === "string") take(scratch, writeFact(sign, value));
  };
  fact("action", action);
  fact("outcome", outcome);
  fact("kind", typeof action === "string" && isReadAction(action) ? "r" : "a");
  fact("actorId", memberOf(actor, "id"));
  fact("actorLabel", memberOf(actor, "label"));
  fact("target", memberOf(target, "id"));
  fact("certificate", memberOf(credential, "certificateId"));
  for (const serial of [memberOf(credential, "serial"), memberOf(details, "serial")])
    if (typeof serial === "string") fact("serial", serial.slice(0, maxSerialChars));
  takeAddress(memberOf(origin, "ip"), memberOf(credential, "certificateId"), take);
  takeWords([action, outcome, entry["reason"], entry["requestId"]], take);
  takeWords([memberOf(actor, "id"), memberOf(actor, "label")], take);
  takeWords([memberOf(target, "id"), memberOf(target, "label")], take);
  takeWords([memberOf(credential, "serial"), memberOf(credential, "fingerprintSha256")], take);
  takeWords([memberOf(origin, "ip"), memberOf(origin, "userAgent")], take);
  if (typeof details === "object" && details !== null && !Array.isArray(details))
    for (const name in details)
      if (!unsearchedDetails.has(name)) takeNestedWords((details as Members)[name], take);
}

function takeWords(texts: readonly unknown[], take: TakeToken): void {
  for (const text of texts) if (typeof text === "string") forEachWord(text, take);
}

function takeNestedWords(value: unknown, take: TakeToken): void {
  if (typeof value === "string") forEachWord(value, take);
  else if (typeof value === "number") {
    if (Number.isFinite(value)) forEachWord(String(value), take);
  } else if (typeof value === "object" && value !== null)
    for (const name in value) takeNestedWords((value as Members)[name], take);
}

function takeAddress(ip: unknown, certificateId: unknown, take: TakeToken): void {
  const address = typeof ip === "string" ? parseRecordedAddress(ip) : null;
  if (address === null) return;
  const widths = addressWidths[address.length as 4 | 16];
  for (let level = 0; level < widths.length; level += 1) {
    const bytes = widths[level]! / 8;
    scratch[0] = signs.address + level;
    scratch[1] = address.length;
    for (let at = 0; at < bytes; at += 1) scratch[2 + at] = address[at]!;
    take(scratch, 2 + bytes);
  }
  if (typeof certificateId !== "string") return;
  const length = writeFact("certificateAddress", certificateId);
  scratch[length] = 0;
  scratch.set(address, length + 1);
  take(scratch, length + 1 + address.length);
}

/** Writes the token of a fact into `scratch` and returns its length. */
function writeFact(sign: Sign, value: string): number {
  scratch[0] = signs[sign];
  const isAscii = writeAscii(value);
  let length = value.length;
  if (!isAscii) {
    const bytes = encoder.encode(value.normalize("NFC"));
    length = bytes.length;
    scratch.set(bytes.subarray(0, maxFactBytes), 1);
  }
  if (length > maxFactBytes) {
    scratch[1 + maxFactBytes] = cutMark;
    length = maxFactBytes + 1;
  }
  if (turned.has(sign)) scratch.subarray(1, 1 + length).reverse();
  return 1 + length;
}

function writeAscii(value: string): boolean {
  const length = Math.min(value.length, maxFactBytes + 1);
  for (let at = 0; at < length; at += 1) {
    const code = value.charCodeAt(at);
    if (code > 0x7f) return false;
    scratch[1 + at] = code;
  }
  return true;
}

/** The token of a fact, as a filter asks for it. */
export function factToken(sign: Sign, value: string): Uint8Array {
  return scratch.slice(0, writeFact(sign, value));
}

/**
 * Tokens from `low` up to `end`, exclusive; exactly `low` if `end` is null. Every filter is one such
 * run of the dictionary.
 */
export type TokenRun = Readonly<{ low: Uint8Array; end: Uint8Array | null }>;

export const factRun = (sign: Sign, value: string): TokenRun => ({
  low: factToken(sign, value),
  end: null,
});

/** All tokens that begin with these bytes. */
export function prefixRun(low: Uint8Array): TokenRun {
  const end = low.slice();
  for (let at = end.length - 1; at >= 0; at -= 1) {
    if (end[at]! < 0xff) {
      end[at]! += 1;
      return { low, end: end.slice(0, at + 1) };
    }
  }
  return { low, end: Uint8Array.of(0xff, 0xff) };
}

/** Exactly this word, in whatever case. */
export const wholeWordRun = (word: string): TokenRun => ({
  low: encoder.encode(foldCase(word)),
  end: null,
});

/** Words that begin with this word. */
export const wordRun = (word: string): TokenRun => prefixRun(encoder.encode(word));

/** All addresses of a network, or one address: `bits` is the length of its prefix. */
export function networkRun(address: Uint8Array, bits: number): TokenRun {
  const widths = addressWidths[address.length as 4 | 16];
  const level = widths.findIndex((width) => bits <= width);
  const bytes = widths[level]! / 8;
  const low = new Uint8Array(2 + bytes);
  low.set([signs.address + level, address.length]);
  low.set(address.subarray(0, bytes), 2);
  for (let bit = bits; bit < 8 * bytes; bit += 1) low[2 + (bit >> 3)]! &= ~(0x80 >> (bit & 7));
  if (bits === 8 * bytes) return { low, end: null };
  const end = low.slice();
  // One more in the last bit of the network's prefix; with none left, the next family or level.
  for (let bit = bits - 1; bit >= 0; bit -= 1) {
    const mask = 0x80 >> (bit & 7);
    end[2 + (bit >> 3)]! ^= mask;
    if ((end[2 + (bit >> 3)]! & mask) !== 0) return { low, end };
  }
  return { low, end: Uint8Array.of(low[0]!, low[1]! + 1) };
}

/** The uses of a certificate, one token for each address that it was used from. */
export function certificateAddressRun(certificateId: string): TokenRun {
  const fact = factToken("certificateAddress", certificateId);
  const low = new Uint8Array(fact.length + 1);
  low.set(fact);
  return prefixRun(low);
}

/** Compares tokens byte by byte, as they are sorted. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const shared = Math.min(left.length, right.length);
  for (let at = 0; at < shared; at += 1) if (left[at] !== right[at]) return left[at]! - right[at]!;
  return left.length - right.length;
}
