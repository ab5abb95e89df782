import type { Actor } from "@/lib/auth/actor";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/ids";
import { canonicalJson, type Json } from "./canonical";
import { canonicalAddress } from "./entry-address";
import type { Decision, EntryRecord, NewEntry } from "./types";

/** The largest entry, in bytes: what a two-byte length prefix can say (C2SP tlog-tiles). */
export const longestEntry = 65_535;

const NONCE_BYTES = 16,
  ID_BYTES = 10,
  NAME_CHARS = 200,
  TEXT_CHARS = 4_000,
  USER_AGENT_CHARS = 512,
  PROXIES = 16;
/** What is left of each text and list of a refusal that would not fit otherwise. */
const CUT_CHARS = 200,
  CUT_ITEMS = 20;

const anySurrogate = /[\ud800-\udfff]/,
  loneSurrogate = /\p{Surrogate}/gu;

/** What the outside sent may hold NUL and lone surrogates, which cannot be stored; they show as U+FFFD. Longer texts end in "…". */
function text(said: string, longest: number): string {
  // Nearly every text is short and plain, and this runs for each of them.
  if (said.length <= longest && !anySurrogate.test(said) && !said.includes("\0")) return said;
  const clean = said.replace(loneSurrogate, "\uFFFD").replaceAll("\0", "\uFFFD");
  return clean.length <= longest
    ? clean
    : `${clean.slice(0, longest - 1).replace(loneSurrogate, "")}…`;
}

const textOrNull = (said: string | null | undefined, longest: number): string | null =>
  said === null || said === undefined ? null : text(said, longest);

function tidy(value: unknown, chars: number, items: number): Json | undefined {
  if (typeof value === "string") return text(value, chars);
  if (Array.isArray(value))
    return value.slice(0, items).map((item) => tidy(item, chars, items) ?? null);
  if (typeof value !== "object" || value === null) return value as Json | undefined;
  const tidied: Record<string, Json | undefined> = Object.create(null) as Record<
    string,
    Json | undefined
  >;
  for (const [name, member] of Object.entries(value))
    tidied[text(name, NAME_CHARS)] = tidy(member, chars, items);
  return tidied;
}

/**
 * The record of an act, complete: who, when, from where, what, why. Pure. Texts from outside are cleaned and cut; an address that is
 * none is left out; a refusal that would be too long keeps the beginning of each of its lists and says `cut: true`.
 */
export function makeEntry(
  actor: Actor,
  entry: NewEntry,
  make: Readonly<{
    now: Date;
    randomBytes: (n: number) => Uint8Array;
    entryId?: string;
    src?: NonNullable<EntryRecord["src"]>;
  }>,
): EntryRecord {
  const { target, decision } = entry;
  const given = make.entryId ?? entry.id;
  // One draw for the nonce and the id: asking costs more than the bytes.
  const random = make.randomBytes(NONCE_BYTES + (given === undefined ? ID_BYTES : 0));
  const record: EntryRecord = {
    v: 1,
    id: given ?? newId("ent", make.now, () => random.subarray(NONCE_BYTES)),
    ts: `${make.now.toISOString().slice(0, -1)}000Z`,
    action: entry.action,
    outcome: entry.outcome,
    reason: textOrNull(entry.reason, TEXT_CHARS),
    actor: {
      kind: actor.kind,
      id: textOrNull(actor.id, NAME_CHARS),
      label: text(actor.label, NAME_CHARS),
    },
    credential: actor.credential && {
      certificateId: textOrNull(actor.credential.certificateId, NAME_CHARS),
      serial: text(actor.credential.serial, NAME_CHARS),
      fingerprintSha256: text(actor.credential.fingerprintSha256, NAME_CHARS),
    },
    target: target && {
      kind: text(target.kind, NAME_CHARS),
      id: text(target.id, NAME_CHARS),
      label: text(target.label, NAME_CHARS),
    },
    origin: {
      ip: canonicalAddress(actor.origin.ip),
      port: actor.origin.port,
      userAgent: textOrNull(actor.origin.userAgent, USER_AGENT_CHARS),
      via: actor.origin.via.slice(0, PROXIES).map((proxy) => text(proxy, NAME_CHARS)),
    },
    requestId: text(actor.requestId, NAME_CHARS),
    correlationId: text(actor.correlationId, NAME_CHARS),
    decision:
      decision === undefined ? null : (tidy(decision, TEXT_CHARS, Infinity) as unknown as Decision),
    details: tidy(entry.details, TEXT_CHARS, Infinity) as Readonly<Record<string, unknown>>,
    ...(make.src ? { src: make.src } : {}),
    nonce: Buffer.from(random.subarray(0, NONCE_BYTES)).toString("base64url"),
  };
  return record.outcome !== "success" && sizeOf(record) > longestEntry ? cut(record) : record;
}

function cut(record: EntryRecord): EntryRecord {
  const details = {
    ...(tidy(record.details, CUT_CHARS, CUT_ITEMS) as Readonly<Record<string, unknown>>),
    cut: true,
  };
  return {
    ...record,
    details,
    decision:
      record.decision && (tidy(record.decision, CUT_CHARS, CUT_ITEMS) as unknown as Decision),
  };
}

const encoder = new TextEncoder();
const bytesOf = (record: EntryRecord): Uint8Array =>
  encoder.encode(canonicalJson(record as unknown as Json));
const sizeOf = (record: EntryRecord): number => bytesOf(record).length;

/**
 * The bytes that are stored and hashed: RFC 8785, UTF-8, at most 65,535. Throws AppError `record.too-large`, and TypeError for a record
 * that has no canonical form (lone surrogates, NaN).
 */
export function encodeEntry(record: EntryRecord): Uint8Array {
  const bytes = bytesOf(record);
  if (bytes.length <= longestEntry) return bytes;
  throw new AppError(
    "record.too-large",
    `The record of this act would be ${bytes.length} bytes; the log takes ${longestEntry}. Send less in one request.`,
    { kind: "too-large" },
  );
}
