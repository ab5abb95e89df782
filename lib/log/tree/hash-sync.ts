import { hash } from "node:crypto";

const node = Buffer.alloc(65);
node[0] = 1;
let leaf = Buffer.alloc(4_096);

// A digest returned as a string costs a third of one returned as a Buffer: no object has to cross
// the boundary to OpenSSL.
const bytesOf = (digest: string): Buffer => Buffer.from(digest, "latin1");

/** SHA-256(0x00 || entry), RFC 6962 section 2.1. The synchronous leafHashOf. */
export function leafHashSync(entry: Uint8Array): Buffer {
  if (leaf.length < entry.length + 1) leaf = Buffer.alloc(2 * entry.length + 1);
  leaf.set(entry, 1);
  return bytesOf(hash("sha256", leaf.subarray(0, entry.length + 1), "binary"));
}

/** SHA-256(0x01 || left || right), RFC 6962 section 2.1; both are 32 bytes. Synchronous nodeHashOf. */
export function nodeHashSync(left: Uint8Array, right: Uint8Array): Buffer {
  node.set(left, 1);
  node.set(right, 33);
  return bytesOf(hash("sha256", node, "binary"));
}

/**
 * The root of the tree over these hashes: of leaves, or of complete subtrees that all have the same
 * size, except the last, which may be smaller.
 */
export function rootOfSync(hashes: readonly Uint8Array[]): Uint8Array {
  let row = hashes;
  while (row.length > 1) {
    const above: Uint8Array[] = [];
    for (let at = 0; at < row.length; at += 2)
      above.push(at + 1 < row.length ? nodeHashSync(row[at]!, row[at + 1]!) : row[at]!);
    row = above;
  }
  return row[0] ?? emptyRoot;
}

const emptyRoot: Uint8Array = Buffer.from(hash("sha256", "", "hex"), "hex");
