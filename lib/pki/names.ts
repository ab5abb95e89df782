import { AppError } from "@/lib/errors/app-error";
import { ia5String, oid, printableString, sequence, setOf, tags, utf8String } from "./der";
import { enter, leave, malformed, readDer, take, takeOid, takeRaw } from "./der-reader";
import { latin1 } from "./latin1";
import { attributeOids, isOid, nameOfOid } from "./oids";
import type { DistinguishedName, NameAttribute } from "./types";

/** Upper bounds of RFC 5280 appendix A.1, in characters. */
export const attributeBounds: Readonly<Record<string, number>> = {
  CN: 64,
  SN: 40,
  serialNumber: 64,
  C: 2,
  L: 128,
  ST: 128,
  street: 128,
  O: 64,
  OU: 64,
  title: 64,
  GN: 16,
  dnQualifier: 64,
  emailAddress: 255,
};
const printableTypes = new Set(["C", "serialNumber", "dnQualifier"]);
const ia5Types = new Set(["DC", "emailAddress"]);
const maxAttributes = 32;

function refuse(attribute: NameAttribute, fix: string): AppError {
  return new AppError(
    "name.invalid",
    `The name attribute ${attribute.type}="${attribute.value.slice(0, 100)}" cannot be used. ${fix}`,
  );
}

function checkAttribute(attribute: NameAttribute): void {
  const { type, value } = attribute;
  const bound = attributeBounds[type] ?? 256;
  const length = value.length <= bound ? value.length : Array.from(value).length;
  if (value.trim() === "") throw refuse(attribute, "Leave it out, or give it a value.");
  if (length > bound)
    throw refuse(
      attribute,
      `It has ${length} characters; at most ${bound} are allowed (RFC 5280, appendix A.1). Shorten it or leave it out.`,
    );
  if (hasControlCharacters(value))
    throw refuse(attribute, "Remove the control or unassigned characters.");
  if (type === "C" && !/^[A-Z]{2}$/.test(value))
    throw refuse(attribute, "Use two capital letters for the country, such as DE.");
}

/**
 * Whether a text holds control, unassigned or otherwise invisible characters, which could hide what
 * it says.
 */
export function hasControlCharacters(text: string): boolean {
  return !/^[ -~]*$/.test(text) && /\p{C}/u.test(text);
}

function encodeValue(attribute: NameAttribute): Uint8Array {
  const { type, value } = attribute;
  if (printableTypes.has(type)) {
    if (!/^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value))
      throw refuse(attribute, "Use letters, digits, spaces and '()+,-./:=? only.");
    return printableString(value);
  }
  if (!ia5Types.has(type)) return utf8String(value);
  if (!/^[ -~]*$/.test(value)) throw refuse(attribute, "Use ASCII characters only.");
  return ia5String(value);
}

/**
 * Name (RDNSequence) with one attribute per RDN, in the order given: C and serialNumber as
 * PrintableString, DC and emailAddress as IA5String, all else UTF8String (RFC 5280 §4.1.2.4).
 * Throws AppError `name.invalid`.
 */
export function encodeName(name: DistinguishedName): Uint8Array {
  if (name.length > maxAttributes)
    throw new AppError(
      "name.invalid",
      `A name has at most ${maxAttributes} attributes; remove some.`,
    );
  const rdns = name.map((attribute) => {
    const type = attributeOids[attribute.type] ?? (isOid(attribute.type) ? attribute.type : null);
    if (type === null)
      throw refuse(
        attribute,
        `Use one of ${Object.keys(attributeOids).join(", ")}, or a dotted object identifier.`,
      );
    const canonical = { ...attribute, type: nameOfOid(type) };
    checkAttribute(canonical);
    return setOf(sequence(oid(type), encodeValue(canonical)));
  });
  return sequence(...rdns);
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decodeWide(content: Uint8Array, width: 2 | 4): string | null {
  if (content.length % width !== 0) return null;
  let text = "";
  for (let at = 0; at < content.length; at += width) {
    const point = content.subarray(at, at + width).reduce((value, octet) => value * 256 + octet, 0);
    if (point > 0x10ffff) return null;
    text += String.fromCodePoint(point);
  }
  return text;
}

/**
 * Text of a directory string's content; null for another type or octets that do not fit the type.
 */
function decodeString(tag: number, content: Uint8Array): string | null {
  switch (tag) {
    case tags.utf8String:
      try {
        return strictUtf8.decode(content);
      } catch {
        return null;
      }
    case tags.printableString:
    case tags.ia5String:
      return content.some((octet) => octet > 0x7f) ? null : latin1(content);
    case tags.teletexString:
      return latin1(content);
    case tags.bmpString:
      return decodeWide(content, 2);
    case tags.universalString:
      return decodeWide(content, 4);
    default:
      return null;
  }
}

/** An attribute as encoded, its RDN's number and its encoding included. */
export type RawAttribute = Readonly<{
  rdn: number;
  type: string;
  tag: number;
  value: string | null;
  raw: Uint8Array;
}>;

/**
 * Reads a Name strictly in structure, without checking its values. Throws AppError `der.malformed`.
 */
export function readAttributes(der: Uint8Array): RawAttribute[] {
  const reader = readDer(der);
  const end = enter(reader, tags.sequence, "a name");
  const found: RawAttribute[] = [];
  for (let rdn = 0; reader.position < end; rdn += 1) {
    const setEnd = enter(reader, tags.set, "a relative name");
    if (setEnd === reader.position) throw malformed("a relative name is empty", reader);
    while (reader.position < setEnd) {
      const attributeEnd = enter(reader, tags.sequence, "a name attribute");
      const type = nameOfOid(takeOid(reader, "the type of a name attribute"));
      const raw = takeRaw(reader, "the value of a name attribute");
      leave(reader, attributeEnd, "a name attribute");
      const tag = raw[0]!;
      found.push({
        rdn,
        type,
        tag,
        value: decodeString(tag, take(readDer(raw), tag, "a name attribute")),
        raw,
      });
    }
    leave(reader, setEnd, "a relative name");
  }
  leave(reader, end, "a name");
  if (end !== der.length) throw malformed("something follows after the name", reader);
  return found;
}

/**
 * A Name as attributes, most general first; a value that is no text becomes `#` and its DER in hex.
 * Throws AppError `der.malformed`.
 */
export function readName(der: Uint8Array): DistinguishedName {
  return readAttributes(der).map(({ type, value, raw }) => ({
    type,
    value: value ?? `#${Buffer.from(raw).toString("hex")}`,
  }));
}

function escapeValue(value: string): string {
  // Most names are plain; the rest costs ten times as much.
  if (/^[A-Za-z0-9.@:_-][A-Za-z0-9 .@:_-]*$/.test(value) && !value.endsWith(" ")) return value;
  const escaped = value
    .replace(/[,+"\\<>;]/g, String.raw`\$&`)
    .replace(/\p{C}/gu, (character) => hexEscape(character));
  return escaped.replace(/^[ #]/, String.raw`\$&`).replace(/ $/, String.raw`\ `);
}

function hexEscape(character: string): string {
  return [...new TextEncoder().encode(character)]
    .map((octet) => `\\${octet.toString(16).padStart(2, "0")}`)
    .join("");
}

/**
 * One line in the manner of RFC 4514, most specific first: `CN=pay.example.com,O=Example`. Several
 * attributes of one RDN join by `+`.
 */
export function describeName(name: Uint8Array | DistinguishedName): string {
  if (!(name instanceof Uint8Array))
    return name
      .map(({ type, value }) => `${type}=${escapeValue(value)}`)
      .toReversed()
      .join(",");
  const rdns: string[][] = [];
  for (const { rdn, type, value, raw } of readAttributes(name)) {
    const text = value === null ? `#${Buffer.from(raw).toString("hex")}` : escapeValue(value);
    (rdns[rdn] ??= []).push(`${type}=${text}`);
  }
  return rdns
    .map((parts) => parts.join("+"))
    .toReversed()
    .join(",");
}
