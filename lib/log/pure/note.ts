import { concat, equalBytes, fromBase64, fromHex, toBase64, toHex, utf8 } from "./bytes";
import { cosignatureMessage, parseCosignature } from "./cosignature";
import type { LogCrypto } from "./crypto";
import { ProofError } from "./proof-error";

export type NoteSignature = Readonly<{ name: string; keyId: Uint8Array; signature: Uint8Array }>;
export type Note = Readonly<{ text: string; signatures: readonly NoteSignature[] }>;
/** 1: an Ed25519 signature over the text. 4: a witness's Ed25519 cosignature with its time (C2SP tlog-cosignature). */
export type KeyType = 1 | 4;
export type NoteKey = Readonly<{
  name: string;
  keyId: Uint8Array;
  type: KeyType;
  publicKey: Uint8Array;
}>;
/** One signature that was checked and holds; `timestamp` (seconds) is that of a cosignature. */
export type VerifiedSignature = Readonly<{ key: NoteKey; timestamp: number | null }>;

const MOST_SIGNATURES = 100,
  LONGEST = 1_000_000,
  KEY_ID_BYTES = 4,
  KEY_BYTES = 32;
// What the form refuses are control characters.
// oxlint-disable-next-line no-control-regex
const control = /[\u0000-\u0009\u000b-\u001f]/,
  lineForm = /^\u2014 ([^ ]+) ([A-Za-z0-9+/]+={0,2})$/,
  nameForm = /^[^\s+\p{White_Space}\p{Cc}]+$/u;

const bad = (code: string, message: string): never => {
  throw new ProofError(code, message);
};

/** Takes a signed note apart (C2SP signed-note) and checks its form, not its signatures. Throws ProofError `note.form`. */
export function parseNote(text: string): Note {
  if (text.length > LONGEST) bad("note.form", "This note is too long to be one.");
  if (control.test(text)) bad("note.form", "A note holds no control characters but newlines.");
  const cut = text.lastIndexOf("\n\n");
  if (cut < 0 || !text.endsWith("\n"))
    bad(
      "note.form",
      "A note is a text, an empty line and signature lines, each ending in a newline.",
    );
  const lines = text
    .slice(cut + 2)
    .split("\n")
    .slice(0, -1);
  if (lines.length === 0 || lines.length > MOST_SIGNATURES)
    bad(
      "note.form",
      `A note has 1 to ${MOST_SIGNATURES} signature lines, this one ${lines.length}.`,
    );
  return { text: text.slice(0, cut + 1), signatures: lines.map(parseSignatureLine) };
}

/** One line "— name base64", without its newline. Throws ProofError `note.form`. */
function parseSignatureLine(line: string): NoteSignature {
  const [, name, base64] =
    lineForm.exec(line) ??
    bad("note.form", `"${line.slice(0, 80)}" is not a signature line ("\u2014 name base64").`);
  if (!nameForm.test(name!)) bad("note.form", `"${name}" cannot be the name of a key.`);
  const bytes = fromBase64(base64!);
  if (bytes.length <= KEY_ID_BYTES) bad("note.form", `The signature of ${name} is too short.`);
  return { name: name!, keyId: bytes.slice(0, KEY_ID_BYTES), signature: bytes.slice(KEY_ID_BYTES) };
}

/** "— name base64(keyId || signature)" and a newline. Throws ProofError `note.name`. */
export function signatureLine(name: string, keyId: Uint8Array, signature: Uint8Array): string {
  return `\u2014 ${needName(name)} ${toBase64(concat(keyId, signature))}\n`;
}

function needName(name: string): string {
  return nameForm.test(name)
    ? name
    : bad("note.name", `"${name}" cannot be the name of a key: no spaces, no "+", not empty.`);
}

/** The first four bytes of SHA-256(name || newline || type || key). */
export async function keyIdOf(
  c: LogCrypto,
  name: string,
  type: KeyType,
  publicKey: Uint8Array,
): Promise<Uint8Array> {
  return (await c.sha256(concat(utf8(`${name}\n`), Uint8Array.of(type), publicKey))).slice(
    0,
    KEY_ID_BYTES,
  );
}

/** A verifier key as text: name+id+base64(type || key). Throws ProofError `note.name`. */
export async function formatVkey(
  c: LogCrypto,
  name: string,
  type: KeyType,
  publicKey: Uint8Array,
): Promise<string> {
  return `${needName(name)}+${toHex(await keyIdOf(c, name, type, publicKey))}+${toBase64(concat(Uint8Array.of(type), publicKey))}`;
}

/** Reads a verifier key. That its id belongs to it is checked by readVkey and verifyNote, which can hash. Throws ProofError `note.vkey`. */
export function parseVkey(vkey: string): NoteKey {
  const [, name, id, base64] =
    /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(vkey) ??
    bad(
      "note.vkey",
      `"${vkey.slice(0, 200)}" is not a verifier key: name+id+base64, the id as eight hexadecimal digits.`,
    );
  if (!nameForm.test(name!)) bad("note.vkey", `"${name}" cannot be the name of a key.`);
  const bytes = fromBase64(base64!),
    type = bytes[0];
  if ((type !== 1 && type !== 4) || bytes.length !== 1 + KEY_BYTES)
    throw new ProofError(
      "note.vkey",
      `The key of ${name} is not an Ed25519 key for notes (type 1) or cosignatures (type 4).`,
    );
  return { name: name!, keyId: fromHex(id!), type, publicKey: bytes.slice(1) };
}

/** parseVkey, and its id is that of its key. Throws ProofError `note.vkey`, `note.key-id`. */
export async function readVkey(c: LogCrypto, vkey: string): Promise<NoteKey> {
  const key = parseVkey(vkey.trim());
  await needKeyId(c, key);
  return key;
}

async function needKeyId(c: LogCrypto, { name, keyId, type, publicKey }: NoteKey): Promise<void> {
  if (!equalBytes(keyId, await keyIdOf(c, name, type, publicKey)))
    bad(
      "note.key-id",
      `The verifier key of ${name} is damaged: its id ${toHex(keyId)} does not belong to its key.`,
    );
}

async function checkSignature(
  c: LogCrypto,
  text: string,
  key: NoteKey,
  signature: Uint8Array,
): Promise<VerifiedSignature | null> {
  if (key.type === 1)
    return (await c.verifyEd25519(key.publicKey, utf8(text), signature))
      ? { key, timestamp: null }
      : null;
  const cosignature = parseCosignature(signature);
  return (await c.verifyEd25519(
    key.publicKey,
    cosignatureMessage(cosignature.timestamp, text),
    cosignature.signature,
  ))
    ? { key, timestamp: cosignature.timestamp }
    : null;
}

/**
 * Checks every signature of a known key; those of others are ignored. `verified` names the keys. Throws ProofError `note.form`,
 * `note.key-id`, `note.signature` (one of a known key is bad: nothing of the note counts), `note.unsigned` (none is of a known key).
 */
export async function verifyNote(
  c: LogCrypto,
  noteText: string,
  keys: readonly NoteKey[],
): Promise<Readonly<{ text: string; verified: string[]; signatures: VerifiedSignature[] }>> {
  const { text, signatures } = parseNote(noteText),
    found: VerifiedSignature[] = [];
  for (const key of keys) await needKeyId(c, key);
  for (const { name, keyId, signature } of signatures) {
    const key = keys.find((one) => one.name === name && equalBytes(one.keyId, keyId));
    if (!key) continue;
    const holds =
      (await checkSignature(c, text, key, signature)) ??
      bad("note.signature", `The signature of ${name} is not one over this text.`);
    if (!found.some((one) => one.key === key)) found.push(holds);
  }
  if (found.length === 0)
    bad(
      "note.unsigned",
      `No signature of ${keys.map(({ name }) => name).join(", ") || "a known key"} on this note; it has those of ${signatures.map(({ name }) => name).join(", ")}.`,
    );
  return { text, verified: found.map(({ key }) => key.name), signatures: found };
}
