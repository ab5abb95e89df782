import { canonicalAddress, parseIp } from "@/lib/net/address";
import { networkOf } from "@/lib/net/network";

/**
 * The network that one client controls: its IPv4 address, or the /64 of its IPv6 address, in which
 * it can choose from 2^64 addresses.
 */
export function clientNetwork(ip: string | null): string {
  const address = ip === null ? null : canonicalAddress(ip);
  if (address === null) return ip ?? "unknown";
  const octets = parseIp(address)!;
  if (octets.length === 4) return address;
  const groups = [0, 2, 4, 6].map((at) => octets[at]! * 256 + octets[at + 1]!);
  return `${groups.map((group) => group.toString(16)).join(":")}::/64`;
}

/** The network of a whole site or provider's customer: IPv4 /24, IPv6 /48. */
export const wideNetwork = (ip: string | null): string => networkOf(ip) ?? ip ?? "unknown";
