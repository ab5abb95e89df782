import ipaddr from "ipaddr.js";

// Everything here also runs in the browser, so node:net is not used.

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

const dotted = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
/** What can be an IPv6 address at all; `ipaddr.js` decides, but would also accept a zone. */
const plausibleIpv6 = /^[0-9a-f:.]{2,45}$/i;

/** Reads one address as it is written: no zone, no spaces, no leading zeros in IPv4; else null. */
function read(text: string): Address | null {
  if (dotted.test(text)) return ipaddr.IPv4.parse(text);
  if (!plausibleIpv6.test(text)) return null;
  const groups = withoutDots(text);
  try {
    return groups === null ? null : ipaddr.IPv6.parse(groups);
  } catch {
    return null;
  }
}

/**
 * An IPv6 address with its dotted end as two groups: `ipaddr.js` would read ::192.0.2.7 as
 * ::ffff:192.0.2.7. Null if that end is no IPv4 address.
 */
function withoutDots(text: string): string | null {
  if (!text.includes(".")) return text;
  const at = text.lastIndexOf(":") + 1;
  const end = text.slice(at);
  if (!dotted.test(end)) return null;
  const [a, b, c, d] = end.split(".").map(Number) as [number, number, number, number];
  return `${text.slice(0, at)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

const formatted = (address: Address): string =>
  address.kind() === "ipv6" ? (address as ipaddr.IPv6).toRFC5952String() : address.toString();

/**
 * Reads one address; an IPv4 address inside IPv6 (::ffff:192.0.2.7) becomes IPv4. Null for
 * everything else, also for an address with a zone (fe80::1%eth0): a zone names an interface of
 * one machine, so it can't be compared with what another machine means.
 */
export function parseAddress(text: string): Address | null {
  const address = read(text);
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()
    ? address.toIPv4Address()
    : address;
}

/**
 * The one way to write an address: IPv4 dotted, IPv6 as in RFC 5952, IPv4 inside IPv6 as IPv4.
 * Spaces around it are dropped; null for everything that `parseAddress` doesn't read.
 */
export function canonicalAddress(text: string): string | null {
  // What nearly all are, and this runs several times in each request.
  if (dotted.test(text)) return text;
  const address = parseAddress(text.trim());
  return address && formatted(address);
}

/**
 * An address as it is recorded and searched for: canonical, without its zone. Null for everything
 * else, so that what is recorded can always be indexed.
 */
export function recordedAddress(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null;
  if (dotted.test(text)) return text;
  const address = text.includes(":") ? parseAddress(text.split("%", 1)[0]!) : null;
  return address && formatted(address);
}

/** True for an address that only this machine can use (127.0.0.0/8, ::1). */
export function isLoopback(text: string | null): boolean {
  return text !== null && parseAddress(text)?.range() === "loopback";
}

/** True for a hostname or address that means this machine. */
export function isLoopbackName(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost") || isLoopback(name);
}

/**
 * Reads an address into its 4 or 16 octets, the family as it is written; null if it is none. No
 * zone, no leading zeros in IPv4.
 */
export function parseIp(text: string): Uint8Array | null {
  const address = read(text);
  return address && Uint8Array.from(address.toByteArray());
}

/** Canonical text of 4 or 16 octets: dotted decimal, or RFC 5952. */
export function formatIp(octets: Uint8Array): string {
  return formatted(ipaddr.fromByteArray([...octets]));
}
