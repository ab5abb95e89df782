import { isIP, isIPv4 } from "node:net";
import { AppError } from "@/lib/errors/app-error";

/** A network in its one form: masked, IPv4 inside IPv6 as IPv4. `groups` are 16 bits each, two or eight of them. */
export type Network = Readonly<{ text: string; groups: readonly number[]; bits: number }>;

const mapped = [0, 0, 0, 0, 0, 0xffff];

/** The 16-bit groups of an address, two for IPv4 (also inside IPv6) and eight for IPv6; null for anything that is not one address without a zone. */
function groupsOf(address: string): number[] | null {
  const family = address.includes("%") ? 0 : isIP(address);
  if (family === 0) return null;
  if (family === 4) return groupsOfFour(address);
  const groups = groupsOfSix(address);
  return mapped.every((group, at) => groups[at] === group) ? groups.slice(6) : groups;
}

function groupsOfFour(address: string): number[] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
  return [a * 256 + b, c * 256 + d];
}

function groupsOfSix(address: string): number[] {
  const part = (text: string): number[] =>
    text === ""
      ? []
      : text
          .split(":")
          .flatMap((word) =>
            word.includes(".") ? groupsOfFour(word) : [Number.parseInt(word, 16)],
          );
  const gap = address.indexOf("::");
  if (gap < 0) return part(address);
  const head = part(address.slice(0, gap)),
    tail = part(address.slice(gap + 2));
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

const maskOf = (bits: number, at: number): number =>
  (0xffff << (16 - Math.max(0, Math.min(16, bits - at * 16)))) & 0xffff;

/** Text of an address as RFC 5952 wants it: lower case, no leading zeros, the longest run of two zero groups or more cut. */
function textOf(groups: readonly number[]): string {
  if (groups.length === 2) return groups.flatMap((group) => [group >> 8, group & 255]).join(".");
  let from = -1,
    length = 1;
  for (let at = 0; at < 8; at++) {
    let end = at;
    while (end < 8 && groups[end] === 0) end++;
    if (end - at > length) [from, length] = [at, end - at];
  }
  const hex = groups.map((group) => group.toString(16));
  return from < 0
    ? hex.join(":")
    : `${hex.slice(0, from).join(":")}::${hex.slice(from + length).join(":")}`;
}

function network(groups: readonly number[], bits: number): Network {
  const masked = groups.map((group, at) => group & maskOf(bits, at));
  return { text: `${textOf(masked)}/${bits}`, groups: masked, bits };
}

const invalid = (text: string, why: string): AppError =>
  new AppError(
    "network.invalid",
    `${JSON.stringify(text.slice(0, 64))} is not a network: ${why}. Write an address or a network, as 10.20.0.0/16 or 2001:db8::/32.`,
  );

/**
 * Reads a network in CIDR form, or one address; bits beyond the length are cleared. `text` of the result is the one way to write it.
 * Errors: network.invalid, in words.
 */
export function parseNetwork(text: string): Network {
  const match = /^([0-9a-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text.trim());
  const address = match?.[1];
  const groups = address === undefined ? null : groupsOf(address);
  if (address === undefined || groups === null) throw invalid(text, "there is no address in it");
  // The length of an IPv4 network that is written inside IPv6 counts its 96 leading bits.
  const leading = address.includes(":") && groups.length === 2 ? 96 : 0,
    most = groups.length * 16;
  const said = match?.[2],
    bits = said === undefined ? most : Number(said) - leading;
  if (bits < 0 || bits > most)
    throw invalid(text, `the length must lie between /${leading} and /${most + leading}`);
  return network(groups, bits);
}

/** The one way to write a network: "10.20.0.0/16", "2001:db8::/32", "192.0.2.7/32". Errors: network.invalid. */
export const canonicalNetwork = (text: string): string => parseNetwork(text).text;

/** Whether an address lies in one of the networks. Whatever is no address lies in none; no networks hold nothing. Errors: network.invalid for a text that is none. */
export function inNetworks(ip: string | null, networks: readonly (Network | string)[]): boolean {
  const address = ip === null ? null : groupsOf(ip);
  return (
    address !== null &&
    networks.some((one) => holds(typeof one === "string" ? parseNetwork(one) : one, address))
  );
}

function holds({ groups, bits }: Network, address: readonly number[]): boolean {
  return (
    groups.length === address.length &&
    groups.every((group, at) => ((group ^ address[at]!) & maskOf(bits, at)) === 0)
  );
}

/** The network by which origins are told apart: the /24 of an IPv4 address, the /48 of an IPv6 one; null for what is no address. */
export function networkOf(ip: string | null): string | null {
  const groups = ip === null ? null : groupsOf(ip);
  return groups === null ? null : network(groups, groups.length === 2 ? 24 : 48).text;
}

/** One address in its one form, IPv4 inside IPv6 as IPv4; null for anything else. */
export function canonicalAddress(ip: string): string | null {
  // What nearly all are, and this runs several times in each request.
  if (isIPv4(ip)) return ip;
  const groups = groupsOf(ip.trim());
  return groups === null ? null : textOf(groups);
}
