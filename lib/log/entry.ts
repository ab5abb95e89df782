import type { EntryId } from "@/lib/format/ids";
import type { AnyActor } from "@/lib/access/actor";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { maskSecrets } from "@/lib/format/mask-secrets";
import { canonicalJson, type Json } from "@/lib/log/pure/canonical";
import { recordedAddress } from "@/lib/net/address";
import type { Decision, EntryRecord, NewEntry } from "./types";

/** The maximum size of an entry in bytes: the limit of a two-byte length (C2SP tlog-tiles). */
export const maxEntryBytes = 65_535;
const nonceBytes = 16;
const idBytes = 10;
const maxNameChars = 200;
const maxTextChars = 4_000;
const maxUserAgentChars = 512;
const maxProxies = 16;
/** The limits for a refusal that would otherwise be too large. */
const truncatedTextChars = 200;
const truncatedListItems = 20;
const anySurrogate = /[\ud800-\udfff]/;
const loneSurrogate = /\p{Surrogate}/gu;

/**
 * Replaces NUL and lone surrogates, which cannot be stored, with U+FFFD, and secrets with "…": a
 * client may send its token as its user agent. Truncated texts end in "…".
 */
function cleanText(text: string, maxChars: number): string {
  const value = maskSecrets(text);
  // Fast path: nearly every text is short and plain.
  if (value.length <= maxChars && !anySurrogate.test(value) && !value.includes("\0")) return value;
  const clean = value.replace(loneSurrogate, "\uFFFD").replaceAll("\0", "\uFFFD");
  return clean.length <= maxChars
    ? clean
    : `${clean.slice(0, maxChars - 1).replace(loneSurrogate, "")}…`;
}

const cleanTextOrNull = (value: string | null | undefined, maxChars: number): string | null =>
  value === null || value === undefined ? null : cleanText(value, maxChars);

function cleanJson(value: unknown, maxChars: number, maxItems: number): Json | undefined {
  if (typeof value === "string") return cleanText(value, maxChars);
  if (Array.isArray(value))
    return value.slice(0, maxItems).map((item) => cleanJson(item, maxChars, maxItems) ?? null);
  if (typeof value !== "object" || value === null) return value as Json | undefined;
  const cleaned: Record<string, Json | undefined> = Object.create(null) as Record<
    string,
    Json | undefined
  >;
  for (const [name, member] of Object.entries(value))
    cleaned[cleanText(name, maxNameChars)] = cleanJson(member, maxChars, maxItems);
  return cleaned;
}

/** An entry that this process made. The id of an entry that was read back is not trusted. */
export type MadeEntry = EntryRecord & Readonly<{ id: EntryId }>;

/**
 * The complete record of an action: who, when, from where, what, why. Pure. Texts from outside are
 * cleaned and truncated, and an invalid address is left out. A refusal that would be too large
 * keeps the beginning of its texts and lists, and has `cut: true`.
 */
export function makeEntry(
  actor: AnyActor,
  entry: NewEntry,
  options: Readonly<{
    now: Date;
    randomBytes: (n: number) => Uint8Array;
    entryId?: EntryId;
    src?: NonNullable<EntryRecord["src"]>;
  }>,
): MadeEntry {
  const { target, decision } = entry;
  const id = options.entryId ?? entry.id;
  // One call for the nonce and the id: the call costs more than the bytes.
  const random = options.randomBytes(nonceBytes + (id === undefined ? idBytes : 0));
  const record: MadeEntry = {
    v: 1,
    id: id ?? newId("ent", options.now, () => random.subarray(nonceBytes)),
    ts: `${options.now.toISOString().slice(0, -1)}000Z`,
    action: entry.action,
    outcome: entry.outcome,
    reason: cleanTextOrNull(entry.reason, maxTextChars),
    actor: {
      kind: actor.kind,
      id: cleanTextOrNull(actor.id, maxNameChars),
      label: cleanText(actor.label, maxNameChars),
    },
    credential: actor.credential && {
      certificateId: cleanTextOrNull(actor.credential.certificateId, maxNameChars),
      serial: cleanText(actor.credential.serial, maxNameChars),
      fingerprintSha256: cleanText(actor.credential.fingerprintSha256, maxNameChars),
    },
    target: target && {
      kind: cleanText(target.kind, maxNameChars),
      id: cleanText(target.id, maxNameChars),
      label: cleanText(target.label, maxNameChars),
    },
    origin: {
      ip: recordedAddress(actor.address.ip),
      port: actor.address.port,
      userAgent: cleanTextOrNull(actor.address.userAgent, maxUserAgentChars),
      via: actor.address.via.slice(0, maxProxies).map((proxy) => cleanText(proxy, maxNameChars)),
    },
    requestId: cleanText(actor.requestId, maxNameChars),
    correlationId: cleanText(actor.correlationId, maxNameChars),
    decision:
      decision === undefined
        ? null
        : (cleanJson(decision, maxTextChars, Infinity) as unknown as Decision),
    details: cleanJson(detailsOf(actor, entry), maxTextChars, Infinity) as Readonly<
      Record<string, unknown>
    >,
    ...(options.src ? { src: options.src } : {}),
    nonce: Buffer.from(random.subarray(0, nonceBytes)).toString("base64url"),
  };
  return record.outcome !== "success" && sizeOf(record) > maxEntryBytes ? truncate(record) : record;
}

/**
 * Everything that counts on a proxy's word names the proxy: by its id here, by its label in `via`.
 * What was done with a token or session has the digest of that credential and the role that it had,
 * which verification compares with the entries about them.
 */
function detailsOf(actor: AnyActor, { details }: NewEntry): object {
  const proxy = actor.assertedBy ?? actor.address.proxy;
  const { secretDigest, role } = actor;
  return {
    ...details,
    ...(proxy === undefined ? {} : { proxyId: proxy.id }),
    ...(secretDigest === undefined ? {} : { credentialDigest: secretDigest, actorRole: role }),
  };
}

function truncate(record: MadeEntry): MadeEntry {
  const details = {
    ...(cleanJson(record.details, truncatedTextChars, truncatedListItems) as Readonly<
      Record<string, unknown>
    >),
    cut: true,
  };
  return {
    ...record,
    details,
    decision:
      record.decision &&
      (cleanJson(record.decision, truncatedTextChars, truncatedListItems) as unknown as Decision),
  };
}

const encoder = new TextEncoder();
const bytesOf = (record: EntryRecord): Uint8Array =>
  encoder.encode(canonicalJson(record as unknown as Json));
const sizeOf = (record: EntryRecord): number => bytesOf(record).length;

/**
 * The bytes that are stored and hashed: canonical JSON (RFC 8785) in UTF-8, at most 65,535. Throws
 * AppError `record.too-large`, and TypeError for a record without a canonical form (lone
 * surrogates, NaN).
 */
export function encodeEntry(record: EntryRecord): Uint8Array {
  const bytes = bytesOf(record);
  if (bytes.length <= maxEntryBytes) return bytes;
  throw new AppError(
    "record.too-large",
    `The audit log entry for this request would have ${bytes.length} bytes; the maximum is ${maxEntryBytes}. Send less data in one request.`,
  );
}
