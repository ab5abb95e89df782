import { dayMs } from "@/lib/format/time-units";
import { z } from "zod";
import { recordedAddress } from "@/lib/net/address";
import type { EntryProblem } from "./read-entry";
import { periods } from "./period";
import { serialForms } from "./serial-forms";
import type { Decision, EntryAction, EntryRecord, Outcome } from "./types";

/**
 * An entry as lists show it: its record, its number and a sentence that describes it. If its bytes
 * can't be read, `unreadable` says why, `ts` is when it was numbered, and the other members are
 * empty.
 */
export type EntrySummary = Readonly<{
  seq: number;
  id: string;
  ts: string;
  action: EntryAction | "unreadable";
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
  unreadable: EntryProblem | null;
}>;

/**
 * A complete entry. `bytesText` is exactly what was hashed: SHA-256(0x00 || its UTF-8) is
 * `leafHashHex`. For bytes that can't be read `record` and `bytesText` are null, `unreadable` says
 * why, and `bytesBase64` has the bytes.
 */
export type EntryDetail = Readonly<{
  seq: number;
  id: string;
  leafHashHex: string;
  sequencedAt: string;
  sentence: string;
}> &
  (
    | Readonly<{ record: EntryRecord; bytesText: string; unreadable: null; bytesBase64: null }>
    | Readonly<{
        record: null;
        bytesText: null;
        unreadable: EntryProblem;
        bytesBase64: string;
      }>
  );

/** Counts stop here; `capped` is true if there are more. */
export const countCap = 10_000;

export type EntryPage = Readonly<{
  items: EntrySummary[];
  nextCursor: string | null;
  total: Readonly<{ count: number; capped: boolean }>;
  /** The number of reads that match the same filters, shown or not; at most `countCap`. */
  reads: number;
  /** Entries 0 … indexedTo - 1 were searched; the log has `size`. */
  indexedTo: number;
  size: number;
  /** How many entries in the searched range can't be read, so that no filter can match them. */
  unreadable: number;
}>;

/** How many entries from `from` on, for the length of a step, have each outcome. */
export type HistogramStep = Readonly<{
  from: string;
  success: number;
  denied: number;
  failure: number;
}>;

/** Matching entries over time. `steps` have no gap, and are empty if nothing matches. */
export type EntryHistogram = Readonly<{
  /** The length of a step in milliseconds. */
  stepMs: number;
  steps: readonly HistogramStep[];
  /** Entries 0 … indexedTo - 1 were searched. */
  indexedTo: number;
}>;

const dateOnly = /^\d{4}-\d{2}-\d{2}$/;
const dateTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * Parses a date or a time. Returns its first moment or, with `end`, the first moment after it; null
 * if it is invalid.
 */
export function parseMoment(value: string, end = false): Date | null {
  const day = dateOnly.test(value);
  const date = new Date(day || dateTime.test(value) ? value : Number.NaN);
  if (Number.isNaN(date.getTime()) || (day && date.toISOString().slice(0, 10) !== value))
    return null;
  return end ? new Date(date.getTime() + (day ? dayMs : 1)) : date;
}

/** An address or network in canonical form; null if it is invalid. */
export function addressOrNetwork(value: string): string | null {
  const [, host = "", length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(value.trim()) ?? [];
  const address = recordedAddress(host);
  if (address === null || length === undefined) return address;
  return Number(length) <= (address.includes(":") ? 128 : 32)
    ? `${address}/${Number(length)}`
    : null;
}

// An empty form field does not filter. Nothing is transformed here, so that a parsed query can be
// parsed again.
const shortText = z.string().max(200);
const optionalText = (isValid: (value: string) => boolean, message: string) =>
  shortText.refine((value) => value === "" || isValid(value), message).optional();
const time = () =>
  optionalText(
    (value) => parseMoment(value) !== null,
    "Enter a date (2026-11-30) or a time with a time zone (2026-11-30T08:15:00Z).",
  );

/**
 * The filters of an audit log search, as in a URL's query. An entry must match all of them. An
 * unknown name is rejected: a filter is never silently ignored.
 */
export const entryQuery = z.strictObject({
  /** From this time; a date starts at 00:00 UTC. */
  from: time(),
  /** Up to and including this time; a date includes the whole day, UTC. */
  to: time(),
  /** An id (usr_…), or the actor's exact label in the entry. */
  actor: shortText.optional(),
  /** An action, or all that start with "certificate.". */
  action: optionalText(
    (value) => /^[a-z-]+\.[a-z-]*$/.test(value),
    "Enter an action (certificate.issued), or a prefix that ends with a dot (certificate.).",
  ),
  outcome: z.enum(["", "success", "denied", "failure"]).optional(),
  /** The id of the target. */
  target: shortText.optional(),
  /** The id of the certificate that authenticated the actor. */
  certificate: shortText.optional(),
  /** A certificate's serial number, in any common notation: of the credential or of the target. */
  serial: optionalText(
    (value) => serialForms(value) !== null,
    "Enter a serial number in hexadecimal (3f:2a:9c, 0x3F2A9C) or decimal.",
  ),
  ip: optionalText(
    (value) => addressOrNetwork(value) !== null,
    "Enter an IP address (192.0.2.7) or a network (192.0.2.0/24, 2001:db8::/32).",
  ),
  /** Words, all of which must occur in the entry, each at least as a prefix. */
  q: shortText.optional(),
  reads: z.enum(["", "include", "only", "exclude"]).optional(),
  order: z.enum(["", "asc", "desc"]).optional(),
  limit: z.coerce.number().int().min(1).max(200).optional(),
  cursor: shortText.optional(),
});

/** A search as a person asks for it: a period by name instead of two times. */
export const entryListQuery = entryQuery.extend({
  period: z.enum(["", ...periods]).optional(),
});

/** A query as a caller sends it; numbers may be strings, as in a URL. */
export type EntryQuery = z.input<typeof entryQuery>;
