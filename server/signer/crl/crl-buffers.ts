/**
 * The buffers that CRLs of a key are written to, in turn: one has the last CRL, of which the next one
 * is mostly a copy. New ones for each CRL would take several times their size until they are
 * collected.
 */
export type CrlBuffers = Readonly<{
  /** A buffer of at least that length, which holds neither the last CRL nor one on its way. */
  take: (length: number) => Uint8Array;
  /** What was taken last is the last CRL, and on its way until the returned function is called. */
  keep: () => () => void;
}>;

/** Entries that come are written to the same buffer. */
const room = 1.02;
type Held = { readonly bytes: Uint8Array; isSent: boolean };

export function makeCrlBuffers(): CrlBuffers {
  let taken: Held | null = null;
  let last: Held | null = null;
  let before: Held | null = null;
  return {
    take: (length) => {
      const isFree = before !== null && before.isSent && before.bytes.length >= length;
      const held: Held =
        before !== null && isFree
          ? before
          : { bytes: new Uint8Array(Math.ceil(length * room)), isSent: true };
      [taken, before] = [held, null];
      return held.bytes;
    },
    keep: () => {
      const kept = taken;
      [before, last, taken] = [last, kept, null];
      if (kept !== null) kept.isSent = false;
      return () => {
        if (kept !== null) kept.isSent = true;
      };
    },
  };
}
