import { tags, tlv } from "./der";
import { latin1 } from "./latin1";

/** Milliseconds since 1970: the first moment that is written as GeneralizedTime. */
export const firstGeneralized = Date.UTC(2050, 0, 1);
const earliest = Date.UTC(1950, 0, 1);
const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

function digits(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

function checkRange(date: Date): void {
  const at = date.getTime();
  if (!(at >= earliest && at <= latest))
    throw new RangeError("a certificate's time must be between 1950 and 9999");
}

/** The octets after the year; fractions of a second are cut off, never rounded up. */
function withoutYear(date: Date): string {
  return `${digits(date.getUTCMonth() + 1, 2)}${digits(date.getUTCDate(), 2)}${digits(date.getUTCHours(), 2)}${digits(date.getUTCMinutes(), 2)}${digits(date.getUTCSeconds(), 2)}Z`;
}

/**
 * Time of RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050, whole seconds, Z.
 * RangeError outside 1950 to 9999.
 */
export function time(date: Date): Uint8Array {
  checkRange(date);
  if (date.getTime() >= firstGeneralized) return generalizedTime(date);
  return tlv(
    tags.utcTime,
    Buffer.from(`${digits(date.getUTCFullYear() % 100, 2)}${withoutYear(date)}`, "latin1"),
  );
}

/**
 * GeneralizedTime as YYYYMMDDHHMMSSZ, whatever the year; whole seconds. RangeError outside 1950 to
 * 9999.
 */
export function generalizedTime(date: Date): Uint8Array {
  checkRange(date);
  return tlv(
    tags.generalizedTime,
    Buffer.from(`${digits(date.getUTCFullYear(), 4)}${withoutYear(date)}`, "latin1"),
  );
}

/** The same moment without its fraction of a second, as it will be read back from DER. */
export function wholeSeconds(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}

/**
 * Reads the content of a UTCTime or GeneralizedTime. Null: not the strict form of RFC 5280
 * §4.1.2.5, or no such day.
 */
export function parseTime(tag: number, content: Uint8Array): Date | null {
  const text = latin1(content);
  const form =
    tag === tags.utcTime
      ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
      : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;
  const match = form.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const fullYear = tag !== tags.utcTime ? year : year < 50 ? 2000 + year : 1900 + year;
  if (fullYear < 1950) return null;
  const date = new Date(Date.UTC(fullYear, month - 1, day, hour, minute, second));
  const same =
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  return same ? date : null;
}
