import { isAppError } from "@/lib/errors/app-error";
import { isDnsName, parseGeneralName } from "@/lib/pki/general-names";
import { checkDnsName } from "./dns-name";
import { notCanonical } from "./refuse";

const maxOctets = 2048;
const spiffeSegment = /^[A-Za-z0-9._-]+$/;
/** Characters that a path segment holds as they are (RFC 3986 §3.3, without "*"). */
const plainSegment = /^(?:[A-Za-z0-9._~!$&'()+,;=:@-]|%[0-9A-F]{2})+$/;

/** The octets that a path must escape, and may: not "/", "\", ".", "%" or a control character. */
function isNeedlessOrDangerous(escape: string): boolean {
  const octet = Number.parseInt(escape.slice(1), 16);
  const character = String.fromCharCode(octet);
  return octet < 0x20 || octet === 0x7f || /[A-Za-z0-9._~!$&'()*+,;=:@/\\%-]/.test(character);
}

/** `: write spiffe://example.com/b`, the URI that the path leads to, if it can be a name. */
function writeInstead(uri: string, path: string): string {
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  const at = uri.indexOf(path, uri.indexOf("://") + 3);
  const resolved = `${uri.slice(0, at)}${segments.map((segment) => `/${segment}`).join("")}${uri.slice(at + path.length)}`;
  try {
    return `: write ${canonicalUri(resolved)}`;
  } catch (error) {
    if (!isAppError(error)) throw error;
    return "";
  }
}

function checkPath(uri: string, path: string, isSpiffe: boolean): void {
  if (path === "") return;
  if (path.endsWith("/"))
    throw notCanonical(uri, `Leave out the slash at the end${writeInstead(uri, path)}.`);
  for (const segment of path.slice(1).split("/")) {
    if (segment === "" || segment === "." || segment === "..")
      throw notCanonical(
        uri,
        `Leave out empty segments, \`.\` and \`..\`${writeInstead(uri, path)}.`,
      );
    if (isSpiffe && !spiffeSegment.test(segment))
      throw notCanonical(uri, "A SPIFFE ID's path has letters, digits, `.`, `_` and `-` only.");
    if (!plainSegment.test(segment))
      throw notCanonical(uri, "Escape other characters as %XX, with capital hexadecimal digits.");
    const escapes = segment.match(/%[0-9A-F]{2}/g) ?? [];
    const wrong = escapes.find(isNeedlessOrDangerous);
    if (wrong !== undefined)
      throw notCanonical(uri, `${wrong} stands for a character that must not be escaped here.`);
  }
}

function checkPort(uri: string, port: string | undefined): void {
  if (port === undefined) return;
  if (!/^[1-9]\d{0,4}$/.test(port) || Number(port) > 65_535)
    throw notCanonical(
      uri,
      "Write the port as 1 to 65535, without leading zeros, or leave it out.",
    );
}

/**
 * An absolute URI in the one form that URIs are compared in: scheme and host in lower case, no
 * userinfo, no fragment, no `.` or empty segment, no needless escape. `urn:` is taken as it is.
 * Throws AppError `name.not-canonical`.
 */
export function canonicalUri(text: string): string {
  if (text.length > maxOctets) throw notCanonical(text, `At most ${maxOctets} characters.`);
  if (text.includes("#")) throw notCanonical(text, "Leave out the fragment (#…).");
  if (text.includes("*")) throw notCanonical(text, "A name has no `*`; hold a prefix instead.");
  const urn = /^(urn:[a-z0-9][a-z0-9-]{1,31}):([^?]+)$/i.exec(text);
  if (urn !== null) return canonicalUrn(text, urn[1]!, urn[2]!);
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?]*)([^?]*)(\?.*)?$/.exec(text);
  if (match === null)
    throw notCanonical(text, "Write scheme://host/path; other URIs can't be compared safely.");
  const [, scheme = "", authority = "", path = "", query = ""] = match;
  const { host, port } = readAuthority(text, authority);
  const isSpiffe = scheme === "spiffe";
  if (isSpiffe && (port !== "" || query !== ""))
    throw notCanonical(text, "A SPIFFE ID has neither a port nor a query.");
  checkPath(text, path, isSpiffe);
  checkSegments(text, query);
  return `${scheme}://${host}${port}${path}${query}`;
}

/** In a query or a URN, a verifier may take what looks like a path for one. */
function checkSegments(uri: string, text: string): void {
  if (/(?<!:)\/\/|\/\.{1,2}(?:[/?]|$)|\/$/.test(text))
    throw notCanonical(uri, "Leave out `//`, `/.`, `/..` and a slash at the end.");
}

/** The namespace of a URN in lower case (RFC 8141 §3.1); what follows is compared as it is. */
function canonicalUrn(text: string, namespace: string, specific: string): string {
  checkSegments(text, specific);
  return `${namespace.toLowerCase()}:${specific}`;
}

/** Host in lower case, and the port with its colon or nothing. */
function readAuthority(text: string, authority: string): Readonly<{ host: string; port: string }> {
  if (authority.includes("@")) throw notCanonical(text, "Leave out the user name before the host.");
  const [host = "", port, ...more] = authority.toLowerCase().split(":");
  if (more.length > 0 || !isDnsName(host) || host.startsWith("*."))
    throw notCanonical(text, "Its host must be a DNS name.");
  checkDnsName(host);
  checkPort(text, port);
  return { host, port: port === undefined ? "" : `:${port}` };
}

/** `spiffe://example.com/pay/*` → `spiffe://example.com/pay/`. Throws like `canonicalUri`. */
export function uriPrefixOf(pattern: string): string {
  const base = parseGeneralName("uri", pattern.slice(0, -2)).value;
  if (base.includes("?")) throw notCanonical(pattern, "A prefix has no query.");
  if (/^urn:/i.test(base)) throw notCanonical(pattern, "A urn: name has no prefixes.");
  return `${canonicalUri(base)}/`;
}

/** A prefix that is a whole host or trust domain: `spiffe://example.com/`. */
export const isWholeHost = (value: string): boolean =>
  /^[a-z][a-z0-9+.-]*:\/\/[^/?]*\/?$/.test(value);
