import { AppError } from "@/lib/errors/app-error";
import { formatIp, parseIp } from "@/lib/net/address";
import { parseIpRange } from "@/lib/net/network";
import { invalidName, notCanonical } from "./refuse";

const widest = { 4: 8, 16: 16 } as const;
const isZero = (octets: Uint8Array): boolean => octets.every((octet) => octet === 0);

/**
 * Refuses IPv4 written inside IPv6: some verifiers compare it as IPv4, others don't (`::ffff:…`,
 * and `::a.b.c.d`, which is not the loopback address). Throws AppError `name.not-canonical`.
 */
export function canonicalAddress(text: string): string {
  const octets = parseIp(text);
  if (octets === null)
    throw invalidName(text, "Write an address such as 192.0.2.1 or 2001:db8::1.");
  if (octets.length === 16 && isZero(octets.subarray(0, 10))) {
    const embedded = octets.subarray(12);
    if (isEmbedded(octets) && !isOneOf(octets, ["::", "::1"]))
      throw notCanonical(text, `Write it as the IPv4 address ${formatIp(embedded)}.`);
  }
  return formatIp(octets);
}

/** Within ::ffff:0:0/96 or ::/96. */
const isEmbedded = (octets: Uint8Array): boolean =>
  octets.length === 16 &&
  isZero(octets.subarray(0, 10)) &&
  octets[10] === octets[11] &&
  (octets[10] === 0 || octets[10] === 0xff);

const isOneOf = (octets: Uint8Array, texts: readonly string[]): boolean =>
  texts.includes(formatIp(octets));

/** `10.1.0.0/16`; a network of one address is that address. Throws `name.invalid` and others. */
export function parseNetworkPattern(text: string): Readonly<{ text: string; isAddress: boolean }> {
  const range = parseIpRange(text);
  if (range === null)
    throw invalidName(text, "Write a network such as 10.1.0.0/16, without bits after the prefix.");
  const address = formatIp(range.address);
  const bits = Number(text.slice(text.indexOf("/") + 1));
  if (bits === range.address.length * 8)
    return { text: canonicalAddress(address), isAddress: true };
  const least = widest[range.address.length as 4 | 16];
  if (bits < least)
    throw new AppError(
      "name.pattern-not-allowed",
      `${address}/${bits} is too wide: the widest network that an identity can hold is /${least}.`,
    );
  if (isEmbedded(range.address) && bits >= 96)
    throw notCanonical(text, "Write the network with IPv4 addresses, such as 10.1.0.0/16.");
  return { text: `${address}/${bits}`, isAddress: false };
}
