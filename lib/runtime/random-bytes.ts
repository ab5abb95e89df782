import { randomFillSync } from "node:crypto";

const poolSize = 4_096,
  maxPooled = 64;
let pool = new Uint8Array(0),
  used = 0;

/**
 * Bytes from the system's random source, each returned only once. Small amounts are read in batches:
 * separate reads cost a busy gateway more than creating the IDs they are for.
 */
export function randomBytes(count: number): Uint8Array {
  if (count > maxPooled) return randomFillSync(new Uint8Array(count));
  if (used + count > pool.length) {
    pool = randomFillSync(new Uint8Array(poolSize));
    used = 0;
  }
  const bytes = pool.slice(used, used + count);
  // The pool keeps no copy of returned bytes.
  pool.fill(0, used, used + count);
  used += count;
  return bytes;
}
