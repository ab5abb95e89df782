import type { ProofCode } from "@/lib/errors/codes/proofs";
import { concat, equalBytes, fromBase64, fromHex, toBase64, toHex, utf8 } from "./bytes";
import { cosignatureMessage, parseCosignature } from "./cosignature";
import type { LogCrypto } from "./crypto";
import { ProofError } from "./proof-error";

export type NoteSignature = Readonly<{ name: string; keyId: Uint8Array; signature: Uint8Array }>;
export type Note = Readonly<{ text: string; signatures: readonly NoteSignature[] }>;
/**
 * 1: an Ed25519 signature over the text. 4: a witness's Ed25519 cosignature with its time (C2SP
 * tlog-cosignature).
 */
export type KeyType = 1 | 4;
export type NoteKey = Readonly<{
  name: string;
  keyId: Uint8Array;
  type: KeyType;
  publicKey: Uint8Array;
}>;
/** A signature that was verified. `timestamp` (seconds) is that of a cosignature, else null. */
export type VerifiedSignature = Readonly<{ key: NoteKey; timestamp: number | null }>;

const maxSignatures = 100;
const maxNoteChars = 1_000_000;
const keyIdBytes = 4;
const publicKeyBytes = 32;
// The pattern matches control characters on purpose.
// oxlint-disable-next-line no-control-regex
const control = /[\u0000-\u0009\u000b-\u001f]/;
const lineForm = /^\u2014 ([^ ]+) ([A-Za-z0-9+/]+={0,2})$/;
const nameForm = /^[^\s+\p{White_Space}\p{Cc}]+$/u;

const fail = (code: ProofCode, message: string): never => {
  throw new ProofError(code, message);
};

/**
 * Parses a signed note (C2SP signed-note) without verifying its signatures. Throws ProofError
 * `note.form`.
 */
export function parseNote(text: string): Note {
  if (text.length > maxNoteChars) fail("note.form", "This note is too long.");
  if (control.test(text))
    fail("note.form", "A note must not contain control characters other than newlines.");
  const cut = text.lastIndexOf("\n\n");
  if (cut < 0 || !text.endsWith("\n"))
    fail(
      "note.form",
      "A note consists of a text, an empty line and signature lines, each ending in a newline.",
    );
  const lines = text
    .slice(cut + 2)
    .split("\n")
    .slice(0, -1);
  if (lines.length === 0 || lines.length > maxSignatures)
    fail(
      "note.form",
      `A note has 1 to ${maxSignatures} signature lines; this one has ${lines.length}.`,
    );
  return { text: text.slice(0, cut + 1), signatures: lines.map(parseSignatureLine) };
}

/** Parses "— name base64", without its newline. Throws ProofError `note.form`. */
function parseSignatureLine(line: string): NoteSignature {
  const [, name, base64] =
    lineForm.exec(line) ??
    fail("note.form", `"${line.slice(0, 80)}" is not a signature line ("\u2014 name base64").`);
  if (!nameForm.test(name!)) fail("note.form", `"${name}" is not a valid key name.`);
  const bytes = fromBase64(base64!);
  if (bytes.length <= keyIdBytes) fail("note.form", `The signature of ${name} is too short.`);
  return { name: name!, keyId: bytes.slice(0, keyIdBytes), signature: bytes.slice(keyIdBytes) };
}

/** Formats "— name base64(keyId || signature)" and a newline. Throws ProofError `note.name`. */
export function signatureLine(name: string, keyId: Uint8Array, signature: Uint8Array): string {
  return `\u2014 ${requireKeyName(name)} ${toBase64(concat(keyId, signature))}\n`;
}

function requireKeyName(name: string): string {
  return nameForm.test(name)
    ? name
    : fail(
        "note.name",
        `"${name}" is not a valid key name: it must not be empty or contain spaces or "+".`,
      );
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
    keyIdBytes,
  );
}

/** Formats a verifier key: name+id+base64(type || key). Throws ProofError `note.name`. */
export async function formatVkey(
  c: LogCrypto,
  name: string,
  type: KeyType,
  publicKey: Uint8Array,
): Promise<string> {
  return `${requireKeyName(name)}+${toHex(await keyIdOf(c, name, type, publicKey))}+${toBase64(concat(Uint8Array.of(type), publicKey))}`;
}

/**
 * Parses a verifier key. Its key id is verified by readVkey and verifyNote, which can hash. Throws
 * ProofError `note.vkey`.
 */
export function parseVkey(vkey: string): NoteKey {
  const [, name, id, base64] =
    /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(vkey) ??
    fail(
      "note.vkey",
      `"${vkey.slice(0, 200)}" is not a verifier key. Expected name+id+base64, with the id as eight hexadecimal digits.`,
    );
  if (!nameForm.test(name!)) fail("note.vkey", `"${name}" is not a valid key name.`);
  const bytes = fromBase64(base64!);
  const type = bytes[0];
  if ((type !== 1 && type !== 4) || bytes.length !== 1 + publicKeyBytes)
    throw new ProofError(
      "note.vkey",
      `The key of ${name} is not an Ed25519 key for notes (type 1) or cosignatures (type 4).`,
    );
  return { name: name!, keyId: fromHex(id!), type, publicKey: bytes.slice(1) };
}

/** Parses a verifier key and verifies its key id. Throws ProofError `note.vkey`, `note.key-id`. */
export async function readVkey(c: LogCrypto, vkey: string): Promise<NoteKey> {
  const key = parseVkey(vkey.trim());
  await verifyKeyId(c, key);
  return key;
}

async function verifyKeyId(c: LogCrypto, { name, keyId, type, publicKey }: NoteKey): Promise<void> {
  if (!equalBytes(keyId, await keyIdOf(c, name, type, publicKey)))
    fail(
      "note.key-id",
      `The verifier key of ${name} is corrupted: the key id ${toHex(keyId)} does not match the key.`,
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
 * Verifies every signature by a known key and ignores those by other keys. `verified` names the
 * keys. Throws ProofError `note.form`, `note.key-id`, `note.signature` (a signature by a known key
 * is invalid, so the note is rejected), `note.unsigned` (no signature is by a known key).
 */
export async function verifyNote(
  c: LogCrypto,
  noteText: string,
  keys: readonly NoteKey[],
): Promise<Readonly<{ text: string; verified: string[]; signatures: VerifiedSignature[] }>> {
  const { text, signatures } = parseNote(noteText);
  const valid: VerifiedSignature[] = [];
  for (const key of keys) await verifyKeyId(c, key);
  for (const { name, keyId, signature } of signatures) {
    const key = keys.find((one) => one.name === name && equalBytes(one.keyId, keyId));
    if (!key) continue;
    const verifiedSignature =
      (await checkSignature(c, text, key, signature)) ??
      fail("note.signature", `The signature of ${name} is not valid for this text.`);
    if (!valid.some((one) => one.key === key)) valid.push(verifiedSignature);
  }
  if (valid.length === 0)
    fail(
      "note.unsigned",
      `This note is not signed by ${keys.map(({ name }) => name).join(", ") || "a known key"}; it is signed by ${signatures.map(({ name }) => name).join(", ")}.`,
    );
  return { text, verified: valid.map(({ key }) => key.name), signatures: valid };
}
