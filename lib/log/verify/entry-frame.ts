/** The frame of an entry line, cut without parsing what is in it. */
export type Frame = Readonly<{
  /** Cuts bytes[from:end]; false if the line is not exactly {"seq":N,"leafHash":"…",…,"entry":…} as this export writes it. */
  cut: (bytes: Buffer, from: number, end: number) => boolean;
  seq: () => number; leafHash: () => string;
  /** Where the entry's own bytes begin and end; both 0 in a companion, which has none. */
  entryFrom: () => number; entryEnd: () => number;
  isSealed: () => boolean;
}>;

const before = Buffer.from(`{"seq":`), between = Buffer.from(`,"leafHash":"`), HEX = 64, MOST_DIGITS = 16, CLOSE = 125;

export function makeFrame(kind: "export" | "proof", log: string | null, size: number): Frame {
  const sealed = Buffer.from(kind === "proof" ? `"}` : `","log":${JSON.stringify(log)},"checkpoint":${size},"entry":`), open = Buffer.from(`","log":${JSON.stringify(log)},"checkpoint":null,"entry":`);
  let seq = 0, leafHash = "", entryFrom = 0, entryEnd = 0, isSealed = false;
  return {
    cut: (bytes, from, end) => {
      if (!hasAt(bytes, from, before)) return false;
      let at = from + before.length;
      const digits = at;
      seq = 0;
      for (let digit = bytes[at]! - 48; digit >= 0 && digit <= 9; at += 1, digit = bytes[at]! - 48) seq = seq * 10 + digit;
      if (at === digits || at - digits > MOST_DIGITS || (bytes[digits] === 48 && at - digits > 1) || !Number.isSafeInteger(seq) || !hasAt(bytes, at, between)) return false;
      at += between.length;
      leafHash = bytes.toString("latin1", at, at + HEX);
      at += HEX;
      isSealed = hasAt(bytes, at, sealed);
      if (kind === "proof") return isSealed && at + sealed.length === end;
      if (!isSealed && !hasAt(bytes, at, open)) return false;
      entryFrom = at + (isSealed ? sealed : open).length;
      entryEnd = end - 1;
      return bytes[entryEnd] === CLOSE && entryFrom < entryEnd;
    },
    seq: () => seq, leafHash: () => leafHash, entryFrom: () => entryFrom, entryEnd: () => entryEnd, isSealed: () => isSealed,
  };
}

function hasAt(bytes: Buffer, at: number, expected: Buffer): boolean {
  for (let index = 0; index < expected.length; index += 1) if (bytes[at + index] !== expected[index]) return false;
  return true;
}
