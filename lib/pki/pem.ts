import { AppError } from "@/lib/errors/app-error";
import type { Steps } from "./steps";

const block = /-----BEGIN ([A-Z0-9 ]{1,64})-----([^-]*)-----END ([A-Z0-9 ]{1,64})-----/g;

/** PEM text of RFC 7468: 64 columns, a line feed at the end. */
export function toPem(label: string, der: Uint8Array): string {
  const base64 = Buffer.from(der.buffer, der.byteOffset, der.length).toString("base64");
  return `-----BEGIN ${label}-----\n${base64.replace(/(.{64})(?=.)/g, "$1\n")}\n-----END ${label}-----\n`;
}

/** A line of PEM is 48 octets, and this many of them take a millisecond or two. */
const octetsPerLine = 48,
  linesAtOnce = 8_192;

/** `toPem` of large DER, as bytes: a text of it would be several times as large. */
export function* pemSteps(label: string, der: Uint8Array): Steps<Uint8Array> {
  const bytes = Buffer.from(der.buffer, der.byteOffset, der.length);
  const [begin, end] = [`-----BEGIN ${label}-----\n`, `-----END ${label}-----\n`];
  const lines = Math.ceil(der.length / octetsPerLine);
  const length = begin.length + Math.ceil(der.length / 3) * 4 + lines + end.length;
  const out = Buffer.allocUnsafeSlow(length);
  let at = out.write(begin, "latin1");
  for (let line = 0; line < lines; line += 1) {
    const from = line * octetsPerLine;
    at += out.write(bytes.toString("base64", from, from + octetsPerLine), at, "latin1");
    at += out.write("\n", at, "latin1");
    if (line % linesAtOnce === linesAtOnce - 1) yield;
  }
  out.write(end, at, "latin1");
  return out;
}

/**
 * The labels and contents of all PEM blocks, in order. Throws AppError `pem.malformed` on a block
 * that is broken.
 */
export function pemBlocks(text: string): { label: string; der: Uint8Array }[] {
  const blocks: { label: string; der: Uint8Array }[] = [];
  for (const [, begin, body, end] of text.matchAll(block)) {
    if (begin !== end) throw broken(`the block that begins as ${begin} ends as ${end}`);
    blocks.push({ label: begin!, der: decodeBase64(body!, begin!) });
  }
  const begun = text.split("-----BEGIN ").length - 1;
  if (begun !== blocks.length)
    throw broken("a block has no matching -----END----- line, or its lines are damaged");
  return blocks;
}

/**
 * Contents of the blocks with this label, or of all blocks. Throws AppError `pem.malformed`; no
 * block is an empty list.
 */
export function fromPem(text: string, label?: string): Uint8Array[] {
  return pemBlocks(text).flatMap((found) =>
    label === undefined || found.label === label ? [found.der] : [],
  );
}

/**
 * One DER object from DER, PEM (exactly one block with `label`) or bare base64. Throws AppError
 * `pem.malformed` or `pem.wrong-label`.
 */
export function derOf(input: string | Uint8Array, label: string): Uint8Array {
  if (typeof input !== "string" && input[0] === 0x30) return input;
  const text =
    typeof input === "string"
      ? input
      : Buffer.from(input.buffer, input.byteOffset, input.length).toString("latin1");
  if (!text.includes("-----BEGIN ")) return decodeBase64(text, label);
  const blocks = pemBlocks(text);
  const wanted = blocks.filter((found) => found.label === label);
  if (wanted.length === 1) return wanted[0]!.der;
  const labels = blocks.map((found) => found.label).join(", ");
  const fix = `Send one block that begins with -----BEGIN ${label}-----.`;
  if (wanted.length === 0)
    throw new AppError("pem.wrong-label", `Found ${labels}, not ${label}. ${fix}`);
  throw new AppError("pem.wrong-label", `Found ${wanted.length} blocks of ${label}. ${fix}`);
}

function decodeBase64(body: string, label: string): Uint8Array {
  const base64 = body.replace(/\s+/g, "");
  const isBase64 =
    base64.length > 0 && base64.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(base64);
  if (!isBase64) throw broken(`the content of ${label} is not base64`);
  return Uint8Array.from(Buffer.from(base64, "base64"));
}

function broken(what: string): AppError {
  return new AppError(
    "pem.malformed",
    `This is not readable PEM: ${what}. Copy the whole text, from -----BEGIN to -----END, unchanged.`,
  );
}
