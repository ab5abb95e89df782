/** The distinct tokens of a segment: no string per token, which costs twice as much. */
export type TokenTable = Readonly<{
  size: () => number;
  /** The number of a token, in order of arrival; a new one if it was not seen before. */
  numberOf: (bytes: Uint8Array, length: number) => number;
  /** Where the token's bytes begin and how many there are. */
  start: (token: number) => number;
  length: (token: number) => number;
  /** The bytes of all tokens. Valid until the next new token. */
  bytes: () => Buffer;
}>;

const firstSlots = 1 << 16;
const firstBytes = 1 << 20;

/**
 * An open-addressed table over one arena of bytes. `seed` keeps whoever chooses the words from
 * choosing which of them collide; it does not show in what is made.
 */
export function makeTokenTable(seed: number): TokenTable {
  let slots = new Int32Array(firstSlots).fill(-1);
  let arena = Buffer.allocUnsafeSlow(firstBytes);
  let starts = new Uint32Array(firstSlots);
  let hashes = new Uint32Array(firstSlots);
  let size = 0;
  let used = 0;

  const growTable = (): void => {
    const larger = new Int32Array(2 * slots.length).fill(-1);
    const mask = larger.length - 1;
    for (let token = 0; token < size; token += 1) {
      let slot = hashes[token]! & mask;
      while (larger[slot]! >= 0) slot = (slot + 1) & mask;
      larger[slot] = token;
    }
    slots = larger;
    starts = copyTo(new Uint32Array(slots.length), starts);
    hashes = copyTo(new Uint32Array(slots.length), hashes);
  };
  const add = (bytes: Uint8Array, length: number, hash: number, slot: number): number => {
    if (used + length > arena.length) {
      const larger = Buffer.allocUnsafeSlow(2 * arena.length);
      arena.copy(larger, 0, 0, used);
      arena = larger;
    }
    for (let at = 0; at < length; at += 1) arena[used + at] = bytes[at]!;
    starts[size] = used;
    hashes[size] = hash;
    slots[slot] = size;
    used += length;
    size += 1;
    starts[size] = used;
    if (2 * (size + 2) > slots.length) growTable();
    return size - 1;
  };
  const isToken = (token: number, bytes: Uint8Array, length: number): boolean => {
    const start = starts[token]!;
    if (starts[token + 1]! - start !== length) return false;
    for (let at = 0; at < length; at += 1) if (arena[start + at] !== bytes[at]) return false;
    return true;
  };
  return {
    size: () => size,
    numberOf: (bytes, length) => {
      const hash = hashOf(bytes, length, seed);
      const mask = slots.length - 1;
      for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
        const token = slots[slot]!;
        if (token < 0) return add(bytes, length, hash, slot);
        if (hashes[token] === hash && isToken(token, bytes, length)) return token;
      }
    },
    start: (token) => starts[token]!,
    length: (token) => starts[token + 1]! - starts[token]!,
    bytes: () => arena,
  };
}

function copyTo(target: Uint32Array<ArrayBuffer>, from: Uint32Array): Uint32Array<ArrayBuffer> {
  target.set(from);
  return target;
}

function hashOf(bytes: Uint8Array, length: number, seed: number): number {
  let hash = seed;
  for (let at = 0; at < length; at += 1) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return (hash ^ (hash >>> 15)) >>> 0;
}
