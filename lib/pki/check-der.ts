import { malformed, readDer, type DerReader } from "@/lib/pki/der-reader";

const maxDepth = 32;

/** Reads one header at the reader's place without asking for a tag; returns the end of the content. */
function passHeader(reader: DerReader): number {
  const { bytes } = reader;
  const start = reader.position;
  const first = bytes[start + 1];
  if (((bytes[start] ?? 0x1f) & 0x1f) === 0x1f) throw malformed("a tag of several octets, or none", reader);
  if (first === undefined) throw malformed("an element is cut off", reader);
  const octets = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || octets > 4) throw malformed("an indefinite or oversized length", reader);
  let length = first;
  if (octets > 0) {
    length = 0;
    for (let index = 0; index < octets; index += 1) length = length * 256 + (bytes[start + 2 + index] ?? 0);
    if (length < 0x80 || length < 256 ** (octets - 1)) throw malformed("a length that is not in its shortest form", reader);
  }
  const end = start + 2 + octets + length;
  if (end > bytes.length) throw malformed("an element is cut off", reader);
  reader.position = start + 2 + octets;
  return end;
}

/**
 * Walks a whole element tree and refuses what is not DER in tags, lengths and nesting: one element, nothing after it, definite
 * shortest lengths, at most 32 levels and `maxElements` elements. Throws AppError `der.malformed`. Iterative.
 */
export function checkDer(bytes: Uint8Array, maxElements = 4096): void {
  const reader = readDer(bytes);
  const ends: number[] = [];
  let count = 0;
  do {
    count += 1;
    if (count > maxElements) throw malformed(`more than ${maxElements} elements`, reader);
    const isConstructed = ((bytes[reader.position] ?? 0) & 0x20) !== 0;
    const end = passHeader(reader);
    const parentEnd = ends.at(-1);
    if (parentEnd !== undefined && end > parentEnd) throw malformed("an element is longer than what holds it", reader);
    if (isConstructed) ends.push(end);
    else reader.position = end;
    if (ends.length > maxDepth) throw malformed("nested too deeply", reader);
    while (ends.length > 0 && reader.position === ends.at(-1)) ends.pop();
  } while (ends.length > 0);
  if (reader.position !== bytes.length) throw malformed("something follows after the end", reader);
}
