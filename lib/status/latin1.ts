/** Bytes as a string of one character each: the cheapest key of a Map, and a body that Node sends together with its head. */
export function latin1Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
