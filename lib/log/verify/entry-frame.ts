/** The frame of an entry line, cut without parsing what is in it. */
export type Frame = Readonly<{
  /** Cuts bytes[from:end]; false if the line is not exactly {"seq":N,"leafHash":"…",…,"entry":…} as this export writes it. */
  cut: (bytes: Buffer, from: number, end: number) => boolean;
  seq: () => number;
  /** 32 bytes that are only good until the next cut. */
  leafHash: Uint8Array;
  /** Where the entry's own bytes begin and end; meaningless in a companion, which has none. */
  entryFrom: () => number;
  entryEnd: () => number;
  isSealed: () => boolean;
}>;

const before = Buffer.from(`{"seq":`),
  between = Buffer.from(`,"leafHash":"`),
  HASH = 32,
  MOST_DIGITS = 16,
  CLOSE = 125,
  ZERO = 48;

/** What a hexadecimal digit is worth; 255 for everything else. */
const worth = new Uint8Array(256).fill(255);
for (let digit = 0; digit < 16; digit += 1) worth[digit.toString(16).charCodeAt(0)] = digit;

export function makeFrame(kind: "export" | "proof", log: string | null, size: number): Frame {
  const sealed = Buffer.from(
      kind === "proof" ? `"}` : `","log":${JSON.stringify(log)},"checkpoint":${size},"entry":`,
    ),
    open = Buffer.from(`","log":${JSON.stringify(log)},"checkpoint":null,"entry":`);
  const leafHash = new Uint8Array(HASH),
    number = { value: 0, end: 0 };
  let entryFrom = 0,
    entryEnd = 0,
    isSealed = false;
  return {
    cut: (bytes, from, end) => {
      if (
        !hasAt(bytes, from, before) ||
        !readNumber(bytes, from + before.length, number) ||
        !hasAt(bytes, number.end, between)
      )
        return false;
      const hex = number.end + between.length,
        at = hex + 2 * HASH;
      if (!readHash(bytes, hex, leafHash)) return false;
      isSealed = hasAt(bytes, at, sealed);
      if (kind === "proof") return isSealed && at + sealed.length === end;
      if (!isSealed && !hasAt(bytes, at, open)) return false;
      entryFrom = at + (isSealed ? sealed : open).length;
      entryEnd = end - 1;
      return bytes[entryEnd] === CLOSE && entryFrom < entryEnd;
    },
    seq: () => number.value,
    leafHash,
    entryFrom: () => entryFrom,
    entryEnd: () => entryEnd,
    isSealed: () => isSealed,
  };
}

/** Whether these bytes stand there. */
export function hasAt(bytes: Uint8Array, at: number, expected: Uint8Array): boolean {
  for (let index = 0; index < expected.length; index += 1)
    if (bytes[at + index] !== expected[index]) return false;
  return true;
}

/** A whole number in its one decimal form. */
function readNumber(bytes: Uint8Array, from: number, to: { value: number; end: number }): boolean {
  let at = from,
    value = 0;
  for (let digit = bytes[at]! - ZERO; digit >= 0 && digit <= 9; at += 1, digit = bytes[at]! - ZERO)
    value = value * 10 + digit;
  to.value = value;
  to.end = at;
  return (
    at > from &&
    at - from <= MOST_DIGITS &&
    (bytes[from] !== ZERO || at - from === 1) &&
    Number.isSafeInteger(value)
  );
}

function readHash(bytes: Uint8Array, from: number, to: Uint8Array): boolean {
  for (let at = 0; at < HASH; at += 1) {
    const high = worth[bytes[from + 2 * at]!]!,
      low = worth[bytes[from + 2 * at + 1]!]!;
    if (high > 15 || low > 15) return false;
    to[at] = high * 16 + low;
  }
  return true;
}
