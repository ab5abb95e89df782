/**
 * Bytes as a string with one character per byte (ISO 8859-1): cheap as the key of a Map, and as a
 * response body that Node sends in one write with the head.
 */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
