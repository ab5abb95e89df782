import {
  chmodSync,
  closeSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { recordBytes } from "./revoked-record";

/** A CRL that was signed, and what it changed against the one before. */
export type MemoryBlock = Readonly<{ number: bigint; thisUpdate: number; records: Buffer }>;
/** A block to write: its packed records, many of them in each part. */
export type NewBlock = Pick<MemoryBlock, "number" | "thisUpdate"> &
  Readonly<{ parts: Iterable<Buffer> }>;
export type MemoryContent = Readonly<{
  blocks: readonly MemoryBlock[];
  /** Octets up to the end of the last whole block. */
  length: number;
  /** A block at the end was cut off: the CRL that it belongs to was never handed out. */
  isTorn: boolean;
}>;

// The file: a head of 64 octets, then one block a CRL. A block: a head of 64 octets (mark, how many
// records, number, thisUpdate, CRC-32 of the records, CRC-32 of the head), then its records.
const headBytes = 64;
const fileMark = Buffer.from("chancery-crl-1\n\0", "latin1");
const blockMark = Buffer.from("CRL\x01", "latin1");
const numberOctets = 20;
const offsets = { count: 4, number: 8, thisUpdate: 28, payloadCrc: 34, headCrc: 60 } as const;

class DamagedMemory extends Error {}

/** The head of the file of a key, by the SHA-256 of its SubjectPublicKeyInfo. */
function fileHead(keySha256: Uint8Array): Buffer {
  const head = Buffer.alloc(headBytes);
  fileMark.copy(head);
  head.set(keySha256, fileMark.length);
  return head;
}

/** The head of a block, which that many octets of records with this CRC-32 follow. */
function blockHead(
  { number, thisUpdate }: Omit<NewBlock, "parts">,
  length: number,
  crc: number,
): Buffer {
  const head = Buffer.alloc(headBytes);
  blockMark.copy(head);
  head.writeUInt32LE(length / recordBytes, offsets.count);
  head.write(number.toString(16).padStart(numberOctets * 2, "0"), offsets.number, "hex");
  head.writeUIntLE(thisUpdate, offsets.thisUpdate, 6);
  head.writeUInt32LE(crc, offsets.payloadCrc);
  head.writeUInt32LE(crc32(head.subarray(0, offsets.headCrc)), offsets.headCrc);
  return head;
}

const isBlockHead = (bytes: Buffer, at: number): boolean =>
  bytes.length - at >= headBytes &&
  blockMark.compare(bytes, at, at + blockMark.length) === 0 &&
  crc32(bytes.subarray(at, at + offsets.headCrc)) === bytes.readUInt32LE(at + offsets.headCrc);

/** The block at an offset, or null if it is not whole there. */
function decodeBlock(bytes: Buffer, at: number): { block: MemoryBlock; end: number } | null {
  if (!isBlockHead(bytes, at)) return null;
  const start = at + headBytes;
  const end = start + bytes.readUInt32LE(at + offsets.count) * recordBytes;
  if (end > bytes.length) return null;
  const records = bytes.subarray(start, end);
  if (crc32(records) !== bytes.readUInt32LE(at + offsets.payloadCrc)) return null;
  const number = bytes.subarray(at + offsets.number, at + offsets.number + numberOctets);
  return {
    block: {
      number: BigInt(`0x${number.toString("hex")}`),
      thisUpdate: bytes.readUIntLE(at + offsets.thisUpdate, 6),
      records,
    },
    end,
  };
}

/** Whether a whole block begins after an offset: then what is at the offset was damaged, not cut off. */
function hasBlockAfter(bytes: Buffer, from: number): boolean {
  for (let at = bytes.indexOf(blockMark, from + 1); at >= 0; at = bytes.indexOf(blockMark, at + 1))
    if (decodeBlock(bytes, at) !== null) return true;
  return false;
}

function parse(bytes: Buffer, keySha256: Uint8Array): MemoryContent {
  if (bytes.length < headBytes || !bytes.subarray(0, headBytes).equals(fileHead(keySha256)))
    throw new DamagedMemory("is not the memory of this CA's CRLs");
  const blocks: MemoryBlock[] = [];
  let length = headBytes;
  while (length < bytes.length) {
    const decoded = decodeBlock(bytes, length);
    if (decoded === null) break;
    blocks.push(decoded.block);
    length = decoded.end;
  }
  // A whole file was renamed into place with its first block, so that one is never cut off.
  if (blocks.length === 0 || hasBlockAfter(bytes, length))
    throw new DamagedMemory(`is damaged at octet ${length}`);
  return { blocks, length, isTorn: length < bytes.length };
}

/** The whole blocks of a file; null if there is no file. Throws `DamagedMemory` and system errors. */
export function readMemoryFile(path: string, keySha256: Uint8Array): MemoryContent | null {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  return parse(bytes, keySha256);
}

/** Writes all of the bytes at a position. Returns where they end. */
function writeAll(handle: number, bytes: Buffer, position: number): number {
  let done = 0;
  while (done < bytes.length)
    done += writeSync(handle, bytes, done, bytes.length - done, position + done);
  return position + done;
}

/** Writes a block at a position, its head last. Returns where it ends. */
function writeBlock(handle: number, { parts, ...block }: NewBlock, position: number): number {
  const start = position + headBytes;
  let [end, crc] = [start, 0];
  for (const part of parts) {
    crc = crc32(part, crc);
    end = writeAll(handle, part, end);
  }
  writeAll(handle, blockHead(block, end - start, crc), position);
  return end;
}

/**
 * Writes a block at the end of the whole blocks, over what was cut off there. Returns after it is on
 * disk, with the new length.
 */
export function appendToMemoryFile(path: string, length: number, block: NewBlock): number {
  const handle = openSync(path, "r+");
  try {
    ftruncateSync(handle, length);
    const end = writeBlock(handle, block, length);
    fsyncSync(handle);
    return end;
  } finally {
    closeSync(handle);
  }
}

/** Replaces the file, or makes it and its folder, with one block. Returns the length once on disk. */
export function replaceMemoryFile(path: string, keySha256: Uint8Array, block: NewBlock): number {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if ((statSync(folder).mode & 0o077) !== 0) chmodSync(folder, 0o700);
  const unfinished = `${path}.new`;
  const handle = openSync(unfinished, "w", 0o600);
  let length: number;
  try {
    length = writeBlock(handle, block, writeAll(handle, fileHead(keySha256), 0));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(unfinished, path);
  const folderHandle = openSync(folder, "r");
  try {
    fsyncSync(folderHandle);
  } finally {
    closeSync(folderHandle);
  }
  return length;
}
