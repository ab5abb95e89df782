/**
 * The words that a text is found by, the same for indexing, asking and verifying: runs of letters,
 * marks and digits of the text in normalization form C, each code point in its folded case. Format 1
 * of the index; docs/log-format.md has it for everyone else.
 */

/** A longer word is cut to so many bytes of UTF-8, never within a code point. */
export const maxWordBytes = 255;

/** The folded code of an ASCII letter or digit; 0 for what separates words. */
const folded = Uint8Array.from({ length: 128 }, (_none, code) => {
  const text = String.fromCharCode(code);
  return /[0-9a-z]/i.test(text) ? text.toLowerCase().charCodeAt(0) : 0;
});

const encoder = new TextEncoder();
const scratch = new Uint8Array(maxWordBytes);
const wordCharacter = /[\p{L}\p{M}\p{N}]/u;
const beyondAscii = /[^\0-\x7f]/;
const maxRemembered = 10_000;
const remembered = new Map<string, Uint8Array | null>();

/**
 * Calls `take` with each word of a text: its bytes are `bytes.subarray(0, length)`, valid until
 * `take` returns.
 */
export function forEachWord(text: string, take: (bytes: Uint8Array, length: number) => void): void {
  if (beyondAscii.test(text)) return forEachFoldedWord(text, take);
  let length = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = folded[text.charCodeAt(at)]!;
    if (code !== 0) {
      if (length < maxWordBytes) scratch[length] = code;
      length += 1;
    } else if (length > 0) {
      take(scratch, Math.min(length, maxWordBytes));
      length = 0;
    }
  }
  if (length > 0) take(scratch, Math.min(length, maxWordBytes));
}

function forEachFoldedWord(text: string, take: (bytes: Uint8Array, length: number) => void): void {
  let length = 0;
  let isCut = false;
  const end = (): void => {
    if (length > 0) take(scratch, length);
    length = 0;
    isCut = false;
  };
  // A folded text may be composed once more: a capital letter with a mark that has no composed form.
  for (const character of foldCase(text.normalize("NFC")).normalize("NFC")) {
    const bytes = bytesOf(character);
    if (bytes === null) end();
    else if (!isCut && length + bytes.length <= maxWordBytes) {
      scratch.set(bytes, length);
      length += bytes.length;
    } else isCut = true;
  }
  end();
}

/** The bytes of a code point that belongs to a word; null for one that separates words. */
function bytesOf(character: string): Uint8Array | null {
  const known = remembered.get(character);
  if (known !== undefined) return known;
  const bytes = wordCharacter.test(character) ? encoder.encode(character) : null;
  if (remembered.size < maxRemembered) remembered.set(character, bytes);
  return bytes;
}

/**
 * Folds the case of each code point by itself: the same whatever stands beside it, unlike
 * `toLowerCase`, which knows a sigma at the end of a word.
 */
export function foldCase(text: string): string {
  let all = "";
  for (const character of text) {
    const upper = character.toUpperCase();
    all += (isOneCodePoint(upper) ? upper : character).toLowerCase();
  }
  return all;
}

const isOneCodePoint = (text: string): boolean =>
  text.length === 1 || (text.length === 2 && text.codePointAt(0)! > 0xffff);

/** The words of a text, each once, in order. Longer words than `maxWordBytes` are cut. */
export function wordsOf(text: string): readonly string[] {
  const words = new Set<string>();
  const decoder = new TextDecoder();
  forEachWord(text, (bytes, length) => words.add(decoder.decode(bytes.slice(0, length))));
  return [...words];
}
