import { maxWordBytes, wordsOf } from "./search-words";

const maxWords = 12;
/** A longer one may have been cut, within a code point of four bytes. */
const maxAskedBytes = maxWordBytes - 4;

/** A single ASCII letter or digit. */
export const isSingle = (word: string): boolean => /^[0-9a-z]$/.test(word);
const byteLength = (word: string): number => new TextEncoder().encode(word).length;

/** The words of a text that someone searches for, or why they can't be asked for, in words. */
export type AskedWords = Readonly<{ words: readonly string[]; problem: string | null }>;

/**
 * The words of a text, each to be found at a word's beginning, or what can't be asked for. A single
 * letter or digit must belong to something longer (10.1.2.3) and be a whole word; the beginnings of
 * words that it matches alone are too many. A serial number or fingerprint with colons is one word.
 */
export function readAskedWords(input: string): AskedWords {
  if (input.trim() === "") return { words: [], problem: null };
  const joined = input.replace(/\b[0-9a-f]{2}(?::[0-9a-f]{2}){3,}\b/gi, (found) =>
    found.replaceAll(":", ""),
  );
  const words = wordsOf(joined);
  return { words, problem: problemOf(words, joined) };
}

function problemOf(words: readonly string[], text: string): string | null {
  const alone = text
    .split(/\s+/)
    .map(wordsOf)
    .filter((part) => part.length > 0 && part.every(isSingle));
  if (words.length === 0) return "Enter at least one word of letters or digits.";
  if (alone.length > 0)
    return `Enter at least two letters or digits of each word. Too short: ${alone.flat().join(", ")}.`;
  if (words.some((word) => byteLength(word) > maxAskedBytes))
    return `Enter at most ${maxAskedBytes} bytes of each word: its beginning is enough.`;
  return words.length > maxWords
    ? `Enter at most ${maxWords} words. These are ${words.length}.`
    : null;
}
