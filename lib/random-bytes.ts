import { randomFillSync } from "node:crypto";

const DRAWN = 4_096,
  SMALL = 64;
let drawn = new Uint8Array(0),
  used = 0;

/**
 * Octets of the system's randomness, each given out once. Small amounts are drawn together: asking for them one by one costs a busy door more
 * than making the ids that they are for.
 */
export function randomBytes(count: number): Uint8Array {
  if (count > SMALL) return randomFillSync(new Uint8Array(count));
  if (used + count > drawn.length) {
    drawn = randomFillSync(new Uint8Array(DRAWN));
    used = 0;
  }
  const bytes = drawn.slice(used, used + count);
  // What was given out is kept nowhere else.
  drawn.fill(0, used, used + count);
  used += count;
  return bytes;
}
