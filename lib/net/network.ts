import ipaddr from "ipaddr.js";
import { AppError, isAppError } from "@/lib/errors/app-error";
import type { ErrorCode } from "@/lib/errors/codes";
import type { Finding } from "@/lib/errors/types";
import { type Address, formatIp, parseAddress, parseIp } from "./address";

/**
 * A network in its one form: bits beyond the prefix cleared, IPv4 inside IPv6 as IPv4. `text` is
 * CIDR notation, `bits` the length of the prefix.
 */
export type Network = Readonly<{ text: string; address: Address; bits: number }>;

const octetsOf = (address: Address): Uint8Array => Uint8Array.from(address.toByteArray());

/** A mask of `length` octets whose first `bits` bits are set. */
const maskOf = (length: number, bits: number): Uint8Array =>
  Uint8Array.from(
    { length },
    (_, index) => 0xff & ~(0xff >> Math.max(0, Math.min(8, bits - index * 8))),
  );

function networkAt(address: Address, bits: number): Network {
  const octets = octetsOf(address);
  const mask = maskOf(octets.length, bits);
  const masked = octets.map((octet, index) => octet & mask[index]!);
  return {
    text: `${formatIp(masked)}/${bits}`,
    address: ipaddr.fromByteArray([...masked]),
    bits,
  };
}

const invalid = (text: string, why: string): AppError =>
  new AppError(
    "network.invalid",
    `${JSON.stringify(text.slice(0, 64))} is not a network: ${why}. Enter an address or a network, such as 10.20.0.0/16 or 2001:db8::/32.`,
  );

/**
 * Reads a network in CIDR notation, or one address; bits beyond the prefix are cleared. Errors:
 * network.invalid, with what is wrong.
 */
export function parseNetwork(text: string): Network {
  const [, addressText, lengthText] = /^([0-9a-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text.trim()) ?? [];
  const address = addressText === undefined ? null : parseAddress(addressText);
  if (addressText === undefined || address === null)
    throw invalid(text, "there is no address in it");
  const isIpv4 = address.kind() === "ipv4";
  const most = isIpv4 ? 32 : 128;
  // The length of an IPv4 network that is written inside IPv6 counts its 96 leading bits.
  const leading = isIpv4 && addressText.includes(":") ? 96 : 0;
  const bits = lengthText === undefined ? most : Number(lengthText) - leading;
  if (bits < 0 || bits > most)
    throw invalid(text, `the length must be between /${leading} and /${most + leading}`);
  return networkAt(address, bits);
}

/**
 * The one way to write a network: "10.20.0.0/16", "2001:db8::/32", "192.0.2.7/32". Errors:
 * network.invalid.
 */
export const canonicalNetwork = (text: string): string => parseNetwork(text).text;

/**
 * Each network once, in its one form and the order given. Throws AppError `network.invalid` with a
 * finding for each that is none, at `path`.n.
 */
export function canonicalNetworks(texts: readonly string[], path = "networks"): string[] {
  const findings: (Finding & Readonly<{ code: ErrorCode }>)[] = [];
  const networks = new Set<string>();
  texts.forEach((text, index) => {
    try {
      networks.add(canonicalNetwork(text));
    } catch (error) {
      if (!isAppError(error)) throw error;
      findings.push({ code: error.code, message: error.message, path: `${path}.${index}` });
    }
  });
  const [first] = findings;
  if (first !== undefined) throw new AppError(first.code, first.message, { findings });
  return [...networks];
}

/**
 * Whether an address is in one of the networks. What isn't an address is in none. Errors:
 * network.invalid for a text that isn't a network.
 */
export function inNetworks(ip: string | null, networks: readonly (Network | string)[]): boolean {
  const address = ip === null ? null : parseAddress(ip);
  return (
    address !== null &&
    networks.some((one) => holds(typeof one === "string" ? parseNetwork(one) : one, address))
  );
}

const holds = (network: Network, address: Address): boolean =>
  network.address.kind() === address.kind() && address.match(network.address, network.bits);

/**
 * The network that an address counts as: the /24 of an IPv4 address, the /48 of an IPv6 one; null
 * for what isn't an address.
 */
export function networkOf(ip: string | null): string | null {
  const address = ip === null ? null : parseAddress(ip);
  return address && networkAt(address, address.kind() === "ipv4" ? 24 : 48).text;
}

/** Octets and the mask under which they count, as name constraints have them (RFC 5280 4.2.1.10). */
export type IpRange = Readonly<{ address: Uint8Array; mask: Uint8Array }>;

/**
 * Reads `10.0.0.0/8`, `2001:db8::/32` or one address; null if it is none or has bits beyond its
 * prefix.
 */
export function parseIpRange(text: string): IpRange | null {
  const [, addressText = "", lengthText] = /^([^/]*)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const address = parseIp(addressText);
  if (address === null) return null;
  const most = address.length * 8;
  const bits = lengthText === undefined ? most : Number(lengthText);
  if (bits > most) return null;
  const mask = maskOf(address.length, bits);
  return address.every((octet, index) => (octet & ~mask[index]!) === 0) ? { address, mask } : null;
}

/** Whether an address is in the range; another family never is. */
export function isInIpRange(address: Uint8Array, range: IpRange): boolean {
  return (
    address.length === range.address.length &&
    address.every(
      (octet, index) =>
        (octet & range.mask[index]!) === (range.address[index]! & range.mask[index]!),
    )
  );
}
