import { AppError } from "@/lib/errors/app-error";
import { formatIp, parseIp } from "@/lib/net/address";
import { asciiBytes, contextTag, tags } from "./der";
import { enter, leave, malformed, readDer, take } from "./der-reader";
import { domainToAscii } from "./idn";
import { latin1 } from "./latin1";
import { generalNameTypes, type GeneralName, type GeneralNameType } from "./types";

/** Context tags of GeneralName, RFC 5280 §4.2.1.6. */
const generalNameTags: Readonly<Record<GeneralNameType, number>> = {
  email: 1,
  dns: 2,
  uri: 6,
  ip: 7,
};

const typeLabels: Readonly<Record<GeneralNameType, string>> = {
  email: "email",
  dns: "DNS",
  uri: "URI",
  ip: "IP",
};
const otherTypeLabels: Readonly<Record<number, string>> = {
  0: "otherName",
  3: "x400Address",
  4: "directoryName",
  5: "ediPartyName",
  8: "registeredID",
};

function refuse(type: string, text: string, fix: string): AppError {
  return new AppError("name.invalid", `"${text.slice(0, 120)}" is not ${type}. ${fix}`);
}

const hostnamePattern =
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Whether the text is a hostname in the preferred syntax (RFC 1034 §3.5, RFC 1123): lower case, at
 * most 253 octets, `*` only as a whole leftmost label above two others.
 */
export function isDnsName(text: string): boolean {
  if (text.length > 253) return false;
  return text.startsWith("*.")
    ? hostnamePattern.test(text.slice(2)) && text.indexOf(".", 2) > 0
    : hostnamePattern.test(text);
}

function parseDns(text: string): string {
  const name = text.toLowerCase();
  if (isDnsName(name)) return name;
  if (!/^[!-~]+$/.test(text) && /^[^\s\p{C}]+$/u.test(text)) {
    const ascii = domainToAscii(text);
    if (ascii !== "" && isDnsName(ascii))
      throw refuse("a DNS name in its ASCII form", text, `Use ${ascii}.`);
  }
  if (name.endsWith(".") && isDnsName(name.slice(0, -1)))
    throw refuse("a DNS name", text, `Use ${name.slice(0, -1)}, without the dot at the end.`);
  if (parseIp(text) !== null)
    throw refuse("a DNS name but an address", text, `Request it as IP:${text}.`);
  const fix =
    "Use labels of letters, digits and hyphens, such as pay.example.com; a wildcard is the whole first label, such as *.example.com.";
  throw refuse("a DNS name", text, fix);
}

function parseEmail(text: string): string {
  const match = /^([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64})@([A-Za-z0-9.-]{1,253})$/.exec(text);
  const isDotted = match !== null && !/^\.|\.\.|\.$/.test(match[1]!);
  if (!isDotted || !isDnsName(match[2]!.toLowerCase()))
    throw refuse("a mailbox", text, "Use the form name@example.com, in ASCII.");
  return `${match[1]!}@${match[2]!.toLowerCase()}`;
}

function parseUri(text: string): string {
  const isPlain =
    /^[a-z][a-z0-9+.-]*:[!-~]+$/i.test(text) &&
    !/["<>\\^`{|}]|%(?![0-9a-f]{2})/i.test(text) &&
    text.length <= 2048;
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(text);
  if (!isPlain || (authority !== null && authority[1] === "" && !/^file:/i.test(text))) {
    throw refuse(
      "an absolute URI",
      text,
      "Include the scheme, such as spiffe://example.com/payments, in ASCII (percent-encode the rest).",
    );
  }
  const scheme = text.slice(0, text.indexOf(":"));
  return `${scheme.toLowerCase()}${text.slice(scheme.length)}`;
}

/** `10.01.2.3` → `10.1.2.3`; null for what is no IPv4 address but for its zeros. */
function withoutLeadingZeros(text: string): string | null {
  const decimal = text.replaceAll(/(?<![0-9])0+(?=[0-9])/g, "");
  return decimal !== text && /^[0-9.]+$/.test(text) && parseIp(decimal) !== null ? decimal : null;
}

function parseIpName(text: string): string {
  const bytes = parseIp(text);
  const decimal = withoutLeadingZeros(text);
  if (bytes === null && decimal !== null)
    throw refuse(
      "an IP address",
      text,
      `Use ${decimal}, without leading zeros: some programs read them as octal numbers.`,
    );
  if (bytes === null)
    throw refuse(
      "an IP address",
      text,
      "Use the form 192.0.2.1 or 2001:db8::1, without a prefix length.",
    );
  return formatIp(bytes);
}

/** Checks and canonicalizes one name. Throws AppError `name.invalid` that says how to fix it. */
export function parseGeneralName(type: GeneralNameType, text: string): GeneralName {
  switch (type) {
    case "dns":
      return { type, value: parseDns(text) };
    case "email":
      return { type, value: parseEmail(text) };
    case "uri":
      return { type, value: parseUri(text) };
    case "ip":
      return { type, value: parseIpName(text) };
  }
}

/** GeneralName element of a name that `parseGeneralName` made. */
export function encodeGeneralName(name: GeneralName): Uint8Array {
  const content = name.type === "ip" ? parseIp(name.value) : asciiBytes(name.value);
  if (content === null)
    throw refuse("an IP address", name.value, "Use the form 192.0.2.1 or 2001:db8::1.");
  return contextTag(generalNameTags[name.type], content);
}

/** A GeneralName as encoded: `type` is null for the kinds that Chancery doesn't write. */
export type RawGeneralName = Readonly<{
  type: GeneralNameType | null;
  tag: number;
  content: Uint8Array;
  text: string;
}>;

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** An IA5String by the standard; many programs write UTF-8, and what is neither is read as Latin-1. */
function textOf(content: Uint8Array): string {
  try {
    return strictUtf8.decode(content);
  } catch {
    return latin1(content);
  }
}

/** Reads tag and content octets of a GeneralName without checking the text in it. */
export function readGeneralName(tag: number, content: Uint8Array): RawGeneralName {
  const number = tag & 0x1f;
  const type =
    (tag & 0xe0) === 0x80
      ? (generalNameTypes.find((candidate) => generalNameTags[candidate] === number) ?? null)
      : null;
  if (type === "ip") {
    const isAddress = content.length === 4 || content.length === 16;
    return { type, tag, content, text: isAddress ? formatIp(content) : `${content.length} octets` };
  }
  if (type === null)
    return { type, tag, content, text: otherTypeLabels[number] ?? `name of kind ${number}` };
  return { type, tag, content, text: textOf(content) };
}

/**
 * Reads a GeneralNames value (of subjectAltName). Throws AppError `der.malformed`, for an empty one
 * too (SIZE 1..MAX).
 */
export function readGeneralNames(der: Uint8Array, tag: number = tags.sequence): RawGeneralName[] {
  const reader = readDer(der);
  const end = enter(reader, tag, "the names");
  const names: RawGeneralName[] = [];
  while (reader.position < end) {
    const nameTag = der[reader.position]!;
    if ((nameTag & 0xc0) !== 0x80) throw malformed("a name has a tag of another class", reader);
    names.push(readGeneralName(nameTag, take(reader, nameTag, "a name")));
  }
  leave(reader, end, "the names");
  if (end !== der.length || names.length === 0)
    throw malformed(
      names.length === 0 ? "the list of names is empty" : "something follows after the names",
      reader,
    );
  return names;
}

/** `DNS:pay.example.com`, as people and openssl write it. */
export function describeGeneralName(name: GeneralName): string {
  return `${typeLabels[name.type]}:${name.value}`;
}
