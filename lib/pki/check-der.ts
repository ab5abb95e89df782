import { malformed, passHeader, readDer } from "./der-reader";

const maxDepth = 32;

/**
 * Walks a whole element tree and refuses what is not DER in tags, lengths and nesting: one element,
 * nothing after it, definite shortest lengths, at most 32 levels and `maxElements` elements. Throws
 * AppError `der.malformed`. Iterative.
 */
export function checkDer(bytes: Uint8Array, maxElements = 4096): void {
  const reader = readDer(bytes);
  const ends: number[] = [];
  let count = 0;
  do {
    count += 1;
    if (count > maxElements) throw malformed(`more than ${maxElements} elements`, reader);
    const isConstructed = ((bytes[reader.position] ?? 0) & 0x20) !== 0;
    const end = passHeader(reader, "an element");
    const parentEnd = ends.at(-1);
    if (parentEnd !== undefined && end > parentEnd)
      throw malformed("an element is longer than what holds it", reader);
    if (isConstructed) ends.push(end);
    else reader.position = end;
    if (ends.length > maxDepth) throw malformed("nested too deeply", reader);
    while (ends.length > 0 && reader.position === ends.at(-1)) ends.pop();
  } while (ends.length > 0);
  if (reader.position !== bytes.length) throw malformed("something follows after the end", reader);
}
