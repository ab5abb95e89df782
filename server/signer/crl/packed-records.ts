import { recordBytes } from "./revoked-record";

/** Packed records one after another: a buffer for each would take several times their size. */
export type PackedRecords = Readonly<{
  add: (packed: Buffer) => void;
  /** Many records in each part. */
  parts: () => readonly Buffer[];
}>;

const partBytes = 4_096 * recordBytes;

export function makePackedRecords(): PackedRecords {
  const full: Buffer[] = [];
  let [last, used] = [Buffer.alloc(partBytes), 0];
  return {
    add: (packed) => {
      if (used === partBytes) {
        full.push(last);
        [last, used] = [Buffer.alloc(partBytes), 0];
      }
      packed.copy(last, used, 0, recordBytes);
      used += recordBytes;
    },
    parts: () => [...full, last.subarray(0, used)],
  };
}
