import { z } from "zod";
import { canonicalAddress } from "./entry-address";
import type { Decision, EntryAction, EntryRecord, Outcome } from "./types";

/** One entry as lists show it: the record, its number, and one plain sentence. */
export type EntrySummary = Readonly<{
  seq: number;
  id: string;
  ts: string;
  action: EntryAction;
  outcome: Outcome;
  reason: string | null;
  actor: EntryRecord["actor"];
  target: EntryRecord["target"];
  credential: EntryRecord["credential"];
  origin: EntryRecord["origin"];
  requestId: string;
  correlationId: string;
  details: EntryRecord["details"];
  decision: Decision | null;
  sentence: string;
}>;

/** One entry whole. `bytesText` is exactly what was hashed: SHA-256(0x00 || its UTF-8) is `leafHashHex`. */
export type EntryDetail = Readonly<{
  seq: number;
  id: string;
  record: EntryRecord;
  leafHashHex: string;
  sequencedAt: string;
  bytesText: string;
  sentence: string;
}>;

/** Counts stop here; `capped` says that there are more. */
export const countCap = 1_000;

export type EntryPage = Readonly<{
  items: EntrySummary[];
  nextCursor: string | null;
  total: Readonly<{ count: number; capped: boolean }>;
  /** How many reads match the same filters, shown or not; at most `countCap`. */
  reads: number;
  /** Entries 0 … indexedTo - 1 were searched, of `size` in the log. */
  indexedTo: number;
  size: number;
}>;

const dateOnly = /^\d{4}-\d{2}-\d{2}$/;
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})$/;
const DAY_MS = 86_400_000;

/** The first moment of what was said, or with `end` the first moment after it; null if it is no time. */
export function momentOf(said: string, end = false): Date | null {
  const day = dateOnly.test(said);
  const date = new Date(day || instant.test(said) ? said : Number.NaN);
  if (Number.isNaN(date.getTime()) || (day && date.toISOString().slice(0, 10) !== said))
    return null;
  return end ? new Date(date.getTime() + (day ? DAY_MS : 1)) : date;
}

/** An address or network in canonical form, null if it is none. */
export function networkOf(said: string): string | null {
  const [, host = "", length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(said.trim()) ?? [];
  const address = canonicalAddress(host);
  if (address === null || length === undefined) return address;
  return Number(length) <= (address.includes(":") ? 128 : 32)
    ? `${address}/${Number(length)}`
    : null;
}

/** A serial number as the log writes it: lower case, without the colons and spaces that people type; null if it is none. */
export function serialOf(said: string): string | null {
  const serial = said.replace(/[\s:]/g, "").toLowerCase();
  return /^[0-9a-f]{1,64}$/.test(serial) ? serial : null;
}

// What a form leaves empty does not filter. Nothing is transformed here: what was parsed can be parsed again.
const word = z.string().max(200);
const checked = (passes: (said: string) => boolean, message: string) =>
  word.refine((said) => said === "" || passes(said), message).optional();
const time = () =>
  checked(
    (said) => momentOf(said) !== null,
    "Give a date (2026-11-30) or a time with its zone (2026-11-30T08:15:00Z).",
  );

/** The filters of the log, as they stand in an address. All must hold. An unknown name is refused: a filter is never silently ignored. */
export const entryQuery = z.strictObject({
  /** From this time on; a date begins at 00:00 UTC. */
  from: time(),
  /** Up to and with this time; a date is meant to its end, UTC. */
  to: time(),
  /** An id (usr_…), or exactly what the entry calls the actor. */
  actor: word.optional(),
  /** One action, or all that begin with "certificate.". */
  action: checked(
    (said) => /^[a-z]+\.[a-z-]*$/.test(said),
    "Give an action (certificate.issued), or the noun with its dot (certificate.).",
  ),
  outcome: z.enum(["", "success", "denied", "failure"]).optional(),
  /** The id of what was acted on. */
  target: word.optional(),
  /** The id of the certificate that authenticated the act. */
  certificate: word.optional(),
  /** A certificate's serial number: as credential, or issued. */
  serial: checked(
    (said) => serialOf(said) !== null,
    "Give the serial number in hexadecimal, with or without colons.",
  ),
  ip: checked(
    (said) => networkOf(said) !== null,
    "Give an IP address (192.0.2.7) or a network (192.0.2.0/24, 2001:db8::/32).",
  ),
  /** Words, each found at a word's beginning, all of them somewhere in the entry. */
  q: word.optional(),
  reads: z.enum(["", "include", "only", "exclude"]).optional(),
  order: z.enum(["", "asc", "desc"]).optional(),
  limit: z.coerce.number().int().min(1).max(200).optional(),
  cursor: word.optional(),
});

/** What a caller sends; numbers may be strings, as in an address. */
export type EntryQuery = z.input<typeof entryQuery>;
