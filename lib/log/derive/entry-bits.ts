import type { EntryBits } from "@/lib/log/pure/segment-format";

const ones = Uint8Array.from({ length: 256 }, (_none, byte) => {
  let count = 0;
  for (let rest = byte; rest > 0; rest >>= 1) count += rest & 1;
  return count;
});

export function intersect(bits: EntryBits, other: EntryBits): void {
  for (let at = 0; at < bits.length; at += 1) bits[at]! &= other[at]!;
}

export function subtract(bits: EntryBits, other: EntryBits): void {
  for (let at = 0; at < bits.length; at += 1) bits[at]! &= ~other[at]!;
}

export function isEmpty(bits: EntryBits): boolean {
  for (let at = 0; at < bits.length; at += 1) if (bits[at] !== 0) return false;
  return true;
}

export function countBits(bits: EntryBits): number {
  let count = 0;
  for (let at = 0; at < bits.length; at += 1) count += ones[bits[at]!]!;
  return count;
}

/** How many entries are in both sets. */
export function countShared(bits: EntryBits, other: EntryBits): number {
  let count = 0;
  for (let at = 0; at < bits.length; at += 1) count += ones[bits[at]! & other[at]!]!;
  return count;
}

/** Keeps the numbers from `from` to `to - 1`. */
export function clearOutside(bits: EntryBits, from: number, to: number): void {
  for (let n = 0; n < Math.min(from, 8 * bits.length); n = (n | 7) + 1)
    bits[n >> 3]! &= from >= (n | 7) + 1 ? 0 : 0xff << (from & 7);
  const end = Math.max(0, to);
  for (let at = end >> 3; at < bits.length; at += 1)
    bits[at]! &= at === end >> 3 ? (1 << (end & 7)) - 1 : 0;
}

/** Calls `take` with the numbers of a set in order, until it returns false. */
export function forEachBit(
  bits: EntryBits,
  order: "asc" | "desc",
  take: (n: number) => boolean | void,
): void {
  const step = order === "asc" ? 1 : -1;
  for (let at = order === "asc" ? 0 : bits.length - 1; at >= 0 && at < bits.length; at += step) {
    if (bits[at] === 0) continue;
    for (let bit = order === "asc" ? 0 : 7; bit >= 0 && bit < 8; bit += step)
      if ((bits[at]! & (1 << bit)) !== 0 && take(8 * at + bit) === false) return;
  }
}
