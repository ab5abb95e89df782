import { createHash } from "node:crypto";

const leafPrefix = Uint8Array.of(0);

/** The hash of a leaf of the log's tree: SHA-256(0x00 || entry), RFC 6962 section 2.1. */
export function leafHash(entry: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(leafPrefix).update(entry).digest());
}
