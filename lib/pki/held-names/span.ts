import { parseIpRange } from "@/lib/net/network";
import { commonNameReadsAs } from "./common-name";
import { wildcardParent } from "./dns-name";
import type { HeldName } from "./held-name";

/**
 * The interval of text (compared octet by octet) on which a holding lies: two holdings overlap if
 * and only if their intervals do. The database computes the same (`name_span_of`).
 */
export type NameSpan = Readonly<{ lower: string; upper: string; upperIncluded: boolean }>;

const point = (value: string): NameSpan => ({ lower: value, upper: value, upperIncluded: true });

/** The text after every text that begins with `prefix`, whose last character is `.` or `/`. */
const after = (prefix: string): string =>
  prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);

const reversed = (name: string): string => name.split(".").toReversed().join(".");
const depth = (count: number): string => String(count).padStart(3, "0");

function dnsSpan(name: string): NameSpan {
  const labels = name.split(".").length;
  const parent = wildcardParent(name);
  if (parent === null) return point(`dns:${depth(labels)}:${reversed(name)}`);
  const lower = `dns:${depth(labels)}:${reversed(parent)}.`;
  return { lower, upper: after(lower), upperIncluded: false };
}

const hex = (octets: Uint8Array): string =>
  [...octets].map((octet) => octet.toString(16).padStart(2, "0")).join("");

function addressSpan(value: string): NameSpan {
  const range = parseIpRange(value);
  if (range === null) throw new Error(`${value} is no canonical address or network.`);
  const family = range.address.length === 4 ? "ip4" : "ip6";
  const last = range.address.map((octet, index) => octet | (~range.mask[index]! & 0xff));
  return {
    lower: `${family}:${hex(range.address)}`,
    upper: `${family}:${hex(last)}`,
    upperIncluded: true,
  };
}

function mailboxSpan(value: string): NameSpan {
  const at = value.lastIndexOf("@");
  // A tag belongs to the same mailbox: nobody else gets al+x@example.com while al@ is held.
  const base = value.slice(0, at).split("+")[0] || value.slice(0, at);
  return point(`email:${value.slice(at + 1).toLowerCase()}:${base.toLowerCase()}`);
}

/**
 * One lower-case letter for each letter, as the database folds: neither the final sigma nor the dot
 * of a dotted İ depends on what is around it.
 */
const fold = (text: string): string =>
  /^[ -~]*$/.test(text)
    ? text.toLowerCase()
    : Array.from(text, (letter) => String.fromCodePoint(letter.toLowerCase().codePointAt(0)!)).join(
        "",
      );

function commonNameSpan(value: string): NameSpan {
  const folded = fold(value.normalize("NFKC"));
  const read = commonNameReadsAs(folded);
  if (read !== null) return spanOf({ type: read.type, form: "exact", value: read.value });
  return point(`cn:${folded}`);
}

/** The interval of a canonical name that an identity holds or a certificate carries. */
export function spanOf({ type, form, value }: HeldName): NameSpan {
  switch (type) {
    case "dns":
      return dnsSpan(value);
    case "uri":
      return form === "prefix"
        ? { lower: `uri:${value}`, upper: after(`uri:${value}`), upperIncluded: false }
        : point(`uri:${value}`);
    case "ip":
      return addressSpan(value);
    case "email":
      return mailboxSpan(value);
    case "cn":
      return commonNameSpan(value);
  }
}

const compare = (one: string, other: string): number =>
  Buffer.compare(Buffer.from(one), Buffer.from(other));

/** Whether two holdings overlap, so that two identities can't both have them. */
export function overlaps(one: NameSpan, other: NameSpan): boolean {
  const begins = (lower: string, span: NameSpan): boolean => {
    const order = compare(lower, span.upper);
    return order < 0 || (order === 0 && span.upperIncluded);
  };
  return begins(one.lower, other) && begins(other.lower, one);
}
