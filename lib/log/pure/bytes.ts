import { ProofError } from "./proof-error";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const hexOf = Array.from({ length: 256 }, (_none, byte) => byte.toString(16).padStart(2, "0"));

export const utf8 = (text: string): Uint8Array => encoder.encode(text);

/** Decodes UTF-8. Throws ProofError `bytes.utf8`. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new ProofError("bytes.utf8", "These bytes are not UTF-8.");
  }
}

export function toHex(bytes: Uint8Array): string {
  let hex = "";
  for (const byte of bytes) hex += hexOf[byte];
  return hex;
}

/** Accepts lowercase digits only, two per byte. Throws ProofError `bytes.hex`. */
export function fromHex(hex: string): Uint8Array {
  if (hex.length % 2 !== 0 || !/^[0-9a-f]*$/.test(hex))
    throw new ProofError("bytes.hex", `"${hex.slice(0, 80)}" is not lowercase hexadecimal.`);
  return Uint8Array.from({ length: hex.length / 2 }, (_none, at) =>
    Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16),
  );
}

/** RFC 4648 section 4, with padding. */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/**
 * Accepts the canonical form only: standard alphabet, padding, unused bits zero. Throws ProofError
 * `bytes.base64`.
 */
export function fromBase64(base64: string): Uint8Array {
  const fail = (): never => {
    throw new ProofError(
      "bytes.base64",
      `"${base64.slice(0, 80)}" is not base64 (RFC 4648, section 4).`,
    );
  };
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) fail();
  const text = atob(base64);
  // Unused bits that are not zero would allow two encodings of one value.
  if (btoa(text) !== base64) fail();
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}
