/** Values that have a canonical form (RFC 8785). */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | Readonly<{ [member: string]: Json | undefined }>;

/** Strings that need no escape: no quote, backslash, control character or surrogate. */
const plainText = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;
const loneSurrogate = /\p{Surrogate}/u;

/**
 * Canonical JSON (RFC 8785): members sorted by UTF-16 code units, numbers and strings as ECMAScript
 * serializes them, no whitespace. A member whose value is undefined is omitted. Throws TypeError
 * for values without a canonical form: NaN, infinities, lone surrogates, anything that is not JSON.
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return numberText(value);
  if (typeof value === "string") return stringText(value);
  if (Array.isArray(value)) return `[${value.map((item: Json) => canonicalJson(item)).join(",")}]`;
  if (
    typeof value === "object" &&
    (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null)
  )
    return objectText(value as Readonly<Record<string, Json | undefined>>);
  throw new TypeError(
    `Only JSON values have a canonical form, not ${typeof value === "object" ? "an instance of a class" : typeof value}.`,
  );
}

function numberText(value: number): string {
  if (!Number.isFinite(value))
    throw new TypeError("NaN and infinite numbers have no canonical form (RFC 8785, 3.2.2.3).");
  return JSON.stringify(value);
}

function stringText(value: string): string {
  // Fast path: this runs for every string of every entry.
  if (plainText.test(value)) return `"${value}"`;
  if (loneSurrogate.test(value))
    throw new TypeError(
      "A string with a lone surrogate has no canonical form (RFC 8785, 3.2.2.2).",
    );
  return JSON.stringify(value);
}

function objectText(value: Readonly<Record<string, Json | undefined>>): string {
  let members = "";
  // sort() orders by UTF-16 code units by default, as the RFC requires (3.2.3).
  for (const name of Object.keys(value).sort()) {
    const member = value[name];
    if (member !== undefined)
      members += `${members === "" ? "" : ","}${stringText(name)}:${canonicalJson(member)}`;
  }
  return `{${members}}`;
}
