import { AppError } from "@/lib/errors/app-error";
import { canonicalAddress, formatIp, parseIp } from "./address";
import { canonicalNetwork, inNetworks, type Network, parseNetwork } from "./network";

type Closed = Readonly<{ why: string; networks: readonly Network[] }>;
const closed = (why: string, ...networks: string[]): Closed => ({
  why,
  networks: networks.map(parseNetwork),
});

/**
 * What no delivery may reach unless it is allowed by name: this machine itself, its neighbors on
 * the wire, and where clouds hand out credentials.
 */
const closedPlaces: readonly Closed[] = [
  closed("loopback", "127.0.0.0/8", "::1"),
  closed("unspecified", "0.0.0.0/8", "::"),
  closed(
    "a cloud's metadata service",
    "169.254.169.254",
    "169.254.170.2",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "fd00:ec2::254",
    "fd20:ce::254",
  ),
  closed("link-local", "169.254.0.0/16", "fe80::/10", "fec0::/10"),
  closed("multicast or broadcast", "224.0.0.0/4", "240.0.0.0/4", "ff00::/8"),
];

/**
 * IPv6 forms that carry an IPv4 address within: NAT64 (RFC 6052), 6to4 (RFC 3056), the old
 * compatible form. `at` is the first of its octets.
 */
const carriers = [
  { network: parseNetwork("64:ff9b::/96"), at: 12 },
  { network: parseNetwork("2002::/16"), at: 2 },
  { network: parseNetwork("::/96"), at: 12 },
];

/**
 * Splits "hooks.example.com, 10.0.0.0/8" into hosts and networks in their one form. Throws AppError
 * `network.invalid` for a network that is none.
 */
export function readAllowList(text: string): string[] {
  return text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((word) =>
      /[/:]/.test(word) || canonicalAddress(word) !== null ? canonicalNetwork(word) : nameOf(word),
    );
}

const nameOf = (host: string): string => host.toLowerCase().replace(/\.$/, "");

/**
 * Why a delivery to this host may not connect to this address of it; null if it may. Closed is
 * closed in every way of writing it.
 */
export function closedBecause(
  host: string,
  address: string,
  allow: readonly string[],
): string | null {
  const found = closedPlaces.find(({ networks }) =>
    formsOf(address).some((form) => inNetworks(form, networks)),
  );
  if (canonicalAddress(address) === null) return "not an address";
  if (found === undefined) return null;
  const networks = allow.filter((one) => one.includes("/"));
  return allow.includes(nameOf(host)) || inNetworks(address, networks) ? null : found.why;
}

/** An address and the IPv4 address that it carries within. */
function formsOf(address: string): string[] {
  const carrier = carriers.find(({ network }) => inNetworks(address, [network]));
  const octets = carrier && parseIp(address);
  return octets ? [address, formatIp(octets.subarray(carrier.at, carrier.at + 4))] : [address];
}

/** The refusal, which names what to do about it. */
export function closedAddress(host: string, address: string, why: string): AppError {
  const at = host === address ? host : `${host} (${address})`;
  return new AppError(
    "outbound.closed",
    `${at} is ${why}, which deliveries do not reach. If it is meant, name it in CHANCERY_OUTBOUND_ALLOW.`,
  );
}
