import { matchesSegments, type PathPattern } from "./path-pattern";

/** Characters that Unicode or a server's code page turns into a slash. */
const slashes = /[/\\\u00a5\u20a9\u2044\u2215\u2216\u29f5\u29f8]/;
/** Invisible characters, and accents of Latin, Greek and Cyrillic letters. */
const ignorable = /[\p{Default_Ignorable_Code_Point}\p{Cf}\u0300-\u036f]/gu;
/** Everything after it is a parameter, a query or a stream of the same file to some server. */
const tail = /[;?#]|:(?=[:$])/;
const space = /[\s+]/u;
const extension = /\.[a-z][a-z0-9]{0,9}$/;
/** The short name that Windows gives a long one: its beginning, or two letters and a checksum. */
const shortName = /^([^~]{1,6})~\d{1,2}$/;
const shortNameWithChecksum = /^[^~]{2}[0-9a-f]{4}$/;
const indexPage = /^(?:index|default)$/;
/** How many marks and extensions are taken off one segment: archives of backups have three. */
const maxExtensions = 4;

/** A segment that reads alike for every server. */
const plainSegment = /^(?!index$|default$)[a-z0-9_-]+$/;

/** One part of a path, in each of the spellings that a server could take it for. */
export type LenientSegment = readonly string[];

/**
 * What the most lenient server makes of the parts of a path in its normal form: without case,
 * accents, invisible characters, spaces and dots at the ends, parameters, alternate streams, file
 * extensions and marks of a backup; with look-alikes of a slash as slashes, and dot segments
 * resolved. For deny rules, so that a different spelling can't bypass them.
 */
export function lenientPath(parts: readonly string[]): readonly LenientSegment[] {
  if (parts.every((one) => plainSegment.test(one))) return parts.map((one) => [one]);
  return looseSegments(parts).map(spellingsOf);
}

/** A pattern for the same comparison; a part of which nothing would be left stays as it is. */
export const lenientPattern = ({ segments, below }: PathPattern): PathPattern => ({
  segments: segments.flatMap((one): readonly (string | null)[] => {
    if (one === null) return [null];
    const loose = looseSegments([one]);
    return loose.length === 0 ? [one] : loose;
  }),
  below,
});

/** Whether a path in this reading fits a pattern made for it, with or without its index page. */
export function matchesLenient(pattern: PathPattern, path: readonly LenientSegment[]): boolean {
  if (matchesSegments(pattern, path, fitsSegment)) return true;
  const isIndex = path.at(-1)?.some((text) => indexPage.test(text)) === true;
  return isIndex && matchesSegments(pattern, path.slice(0, -1), fitsSegment);
}

const fitsSegment = (one: string, spellings: LenientSegment): boolean =>
  spellings.includes(one) || spellings.some((text) => isShortNameOf(text, one));

function isShortNameOf(text: string, long: string): boolean {
  const start = shortName.exec(text)?.[1];
  if (start === undefined) return false;
  const letters = long.replaceAll(/[\s.]/g, "");
  return (
    letters.startsWith(start) ||
    (shortNameWithChecksum.test(start) && letters.startsWith(start.slice(0, 2)))
  );
}

/** Empty parts and single dots are left out, and two dots take the part before them away. */
function looseSegments(parts: readonly string[]): readonly string[] {
  const path: string[] = [];
  for (const part of parts)
    for (const text of foldText(decodeURIComponent(part)).split(slashes)) {
      if (text === "..") path.pop();
      const loose = trim(text.split(tail, 1)[0]!);
      if (loose !== "") path.push(loose);
    }
  return path;
}

function withoutMarks(text: string): string {
  let to = text.length;
  while (text[to - 1] === "~") to--;
  return text.slice(0, to);
}

/**
 * Without spaces at both ends and dots at the end. Character by character: an expression for the
 * end would look at a long run of them once from each of its places.
 */
function trim(text: string): string {
  let from = 0,
    to = text.length;
  while (from < to && space.test(text[from]!)) from++;
  while (to > from && (text[to - 1] === "." || space.test(text[to - 1]!))) to--;
  return text.slice(from, to);
}

/** Capitals first: ß is SS, and the dotless i an I. */
const foldText = (text: string): string =>
  text.normalize("NFKD").replaceAll(ignorable, "").toUpperCase().toLowerCase().normalize("NFKC");

/** The part, and what is left without the ~ and extensions at its end, one after the other. */
function spellingsOf(text: string): LenientSegment {
  const spellings = [text];
  let rest = text;
  for (let count = 0; count < maxExtensions; count++) {
    const shorter = trim(rest.endsWith("~") ? withoutMarks(rest) : rest.replace(extension, ""));
    if (shorter === rest || shorter === "") break;
    spellings.push(shorter);
    rest = shorter;
  }
  return spellings;
}
