/**
 * Text as lists are searched: compatibility forms decomposed, accents removed, and Latin, Greek,
 * Cyrillic and Armenian letters in lower case one by one, so that "JOSÉ", "José" and "jose" are one.
 * `fold_text` in the database does the same, and a test compares them for the basic plane. This one
 * is for what is searched outside the database.
 */
export function foldText(text: string): string {
  let folded = "";
  for (const letter of text.normalize("NFKD")) folded += letters.get(letter) ?? foldLetter(letter);
  return folded;
}

const isAccent = (letter: string): boolean => letter >= "\u0300" && letter <= "\u036F";

/** Letters that have no decomposition, as people type them without the letter. */
const letters: ReadonlyMap<string, string> = new Map([
  ["ß", "ss"],
  ["ẞ", "ss"],
  ["æ", "ae"],
  ["Æ", "ae"],
  ["œ", "oe"],
  ["Œ", "oe"],
  ["þ", "th"],
  ["Þ", "th"],
  ["ø", "o"],
  ["Ø", "o"],
  ["ł", "l"],
  ["Ł", "l"],
  ["đ", "d"],
  ["Đ", "d"],
  ["ð", "d"],
  ["Ð", "d"],
  ["ħ", "h"],
  ["Ħ", "h"],
  ["ŧ", "t"],
  ["Ŧ", "t"],
  ["ı", "i"],
  ["ς", "σ"],
]);

/** The last code point of the Armenian block; scripts after it have no case that people mix up. */
const lastCasedCode = 0x058f;

function foldLetter(letter: string): string {
  if (isAccent(letter)) return "";
  if (letter.length > 1 || letter > String.fromCharCode(lastCasedCode)) return letter;
  const lower = letter.toLowerCase();
  return lower.length === 1 && lower.normalize("NFKD") === lower ? lower : letter;
}
