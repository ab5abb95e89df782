// Internationalized domain names with what browsers and Node.js share: node:url has the same
// functions, but the console checks names in the browser too.

/** A host that stays where a setter refuses its argument. */
const untouched = "untouched.invalid";

/**
 * The A-label form of a host as the URL standard makes it (UTS #46); empty if it can't be a host.
 * The same as `domainToASCII` of node:url.
 */
export function domainToAscii(text: string): string {
  if (text === untouched) return text;
  const url = new URL(`ws://${untouched}`);
  url.hostname = text;
  return url.hostname === untouched ? "" : url.hostname;
}

/** The U-labels of a host in A-label form; a label that decodes to nothing sound stays as it is. */
export const domainToUnicode = (ascii: string): string =>
  ascii
    .split(".")
    .map((label) => decodeALabel(label) ?? label)
    .join(".");

/** The U-label of an A-label; null if the label is none: it has to come back from its U-label. */
function decodeALabel(label: string): string | null {
  const decoded = label.startsWith("xn--") ? decodePunycode(label.slice(4)) : null;
  return decoded !== null && domainToAscii(decoded) === label ? decoded : null;
}

const [base, tMin, tMax, skew, damp, firstBias, firstPoint] = [36, 1, 26, 38, 700, 72, 0x80];

function adapt(delta: number, count: number, isFirst: boolean): number {
  let rest = isFirst ? Math.floor(delta / damp) : delta >> 1;
  rest += Math.floor(rest / count);
  let k = 0;
  for (; rest > ((base - tMin) * tMax) >> 1; k += base) rest = Math.floor(rest / (base - tMin));
  return k + Math.floor(((base - tMin + 1) * rest) / (rest + skew));
}

function digitOf(character: string | undefined): number {
  if (character === undefined || !/^[a-z0-9]$/.test(character)) return base;
  return character <= "9" ? Number(character) + 26 : character.charCodeAt(0) - 97;
}

/** Decodes Punycode in lower case (RFC 3492 §6.2); null for what is none. */
function decodePunycode(text: string): string | null {
  const delimiter = text.lastIndexOf("-");
  const points = Array.from(text.slice(0, Math.max(delimiter, 0)), (one) => one.codePointAt(0)!);
  let [point, at, bias] = [firstPoint, 0, firstBias];
  for (let from = delimiter + 1; from < text.length;) {
    const before = at;
    for (let [weight, k] = [1, base]; ; k += base) {
      const digit = digitOf(text[from++]);
      if (digit >= base) return null;
      at += digit * weight;
      if (at > 0x7fffffff) return null;
      const threshold = k <= bias ? tMin : Math.min(k - bias, tMax);
      if (digit < threshold) break;
      weight *= base - threshold;
    }
    const count = points.length + 1;
    bias = adapt(at - before, count, before === 0);
    point += Math.floor(at / count);
    at %= count;
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return null;
    points.splice(at++, 0, point);
  }
  return String.fromCodePoint(...points);
}
