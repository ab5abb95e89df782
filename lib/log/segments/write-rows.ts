/** Some numbers of a longer list, in ascending order. */
type Numbers = Readonly<{ list: Uint32Array; from: number; to: number }>;

export type RowWriter = Readonly<{
  /** How many bytes the numbers of a token take, about. */
  sizeOf: (numbers: Numbers) => number;
  /** Starts a page whose tokens all begin with these bytes. */
  begin: (bytes: Buffer, start: number, shared: number) => void;
  /** Adds a token by the bytes that it does not share. */
  row: (bytes: Buffer, start: number, length: number, numbers: Numbers) => void;
  end: () => Uint8Array;
}>;

const varintBytes = (value: number): number =>
  value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : 4;

function gapBytes({ list, from, to }: Numbers): number {
  let size = varintBytes(list[from]!);
  for (let at = from + 1; at < to; at += 1) size += varintBytes(list[at]! - list[at - 1]!);
  return size;
}

/** Writes the rows of one page after another. `entries`: how many the segment has. */
export function makeRowWriter(entries: number, pageBytes: number): RowWriter {
  const bitmapBytes = (entries + 7) >> 3;
  let page = Buffer.allocUnsafeSlow(4 * pageBytes + bitmapBytes);
  let used = 0;
  const varint = (value: number): void => {
    let rest = value;
    for (; rest >= 128; rest >>>= 7) page[used++] = (rest & 127) | 128;
    page[used++] = rest;
  };
  const copy = (bytes: Buffer, start: number, length: number): void => {
    for (let at = 0; at < length; at += 1) page[used + at] = bytes[start + at]!;
    used += length;
  };
  const bitmap = ({ list, from, to }: Numbers): void => {
    page.fill(0, used, used + bitmapBytes);
    for (let at = from; at < to; at += 1) page[used + (list[at]! >> 3)]! |= 1 << (list[at]! & 7);
    used += bitmapBytes;
  };
  return {
    sizeOf: (numbers) =>
      numbers.to - numbers.from === 1
        ? varintBytes(numbers.list[numbers.from]!)
        : Math.min(gapBytes(numbers), bitmapBytes) + 2,
    begin: (bytes, start, shared) => {
      used = 0;
      varint(shared);
      copy(bytes, start, shared);
    },
    row: (bytes, start, length, numbers) => {
      const { list, from, to } = numbers;
      const gaps = gapBytes(numbers);
      const most = used + length + 16 + Math.min(gaps, bitmapBytes);
      if (most > page.length) page = Buffer.concat([page], 2 * most);
      varint(length);
      copy(bytes, start, length);
      varint(to - from);
      if (to - from > 1) varint(bitmapBytes < gaps ? 2 * bitmapBytes + 1 : 2 * gaps);
      if (to - from > 1 && bitmapBytes < gaps) return bitmap(numbers);
      varint(list[from]!);
      for (let at = from + 1; at < to; at += 1) varint(list[at]! - list[at - 1]!);
    },
    end: () => new Uint8Array(page.subarray(0, used)),
  };
}
