/** Reads an IPv4 (4 octets) or IPv6 (16 octets) address in text; null if it is none. No zone, no leading zeros in IPv4. */
export function parseIp(text: string): Uint8Array | null {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): Uint8Array | null {
  const parts = text.split(".");
  if (
    parts.length !== 4 ||
    parts.some((part) => !/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255)
  )
    return null;
  return Uint8Array.from(parts.map(Number));
}

function groupsOf(text: string): number[] | null {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    const embedded = index === parts.length - 1 && part.includes(".") ? parseIpv4(part) : null;
    if (embedded !== null)
      groups.push(embedded[0]! * 256 + embedded[1]!, embedded[2]! * 256 + embedded[3]!);
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return null;
  }
  return groups;
}

function parseIpv6(text: string): Uint8Array | null {
  if (text.length > 45) return null;
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const head = groupsOf(halves[0]!);
  const tail = halves.length === 2 ? groupsOf(halves[1]!) : [];
  if (head === null || tail === null || (halves.length === 2 && halves[0]!.includes(".")))
    return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** Canonical text of 4 or 16 octets: dotted decimal, or RFC 5952 (lower case, the longest run of zeros as `::`). */
export function formatIp(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups = Array.from(
    { length: 8 },
    (_, index) => bytes[index * 2]! * 256 + bytes[index * 2 + 1]!,
  );
  let bestStart = -1;
  let bestLength = 1;
  for (let start = 0; start < 8; start += 1) {
    let length = 0;
    while (groups[start + length] === 0) length += 1;
    if (length > bestLength) [bestStart, bestLength] = [start, length];
  }
  const hex = (part: number[]): string => part.map((group) => group.toString(16)).join(":");
  if (bestStart < 0) return hex(groups);
  return `${hex(groups.slice(0, bestStart))}::${hex(groups.slice(bestStart + bestLength))}`;
}

export type IpRange = Readonly<{ address: Uint8Array; mask: Uint8Array }>;

/** Reads `10.0.0.0/8`, `2001:db8::/32` or one address; null if it is none or has bits beyond its prefix. */
export function parseIpRange(text: string): IpRange | null {
  const [addressText, prefixText, ...more] = text.split("/");
  const address = parseIp(addressText ?? "");
  if (address === null || more.length > 0) return null;
  if (prefixText !== undefined && !/^(0|[1-9]\d{0,2})$/.test(prefixText)) return null;
  const prefix = prefixText === undefined ? address.length * 8 : Number(prefixText);
  if (prefix > address.length * 8) return null;
  const mask = Uint8Array.from(
    address,
    (_, index) => 0xff & ~(0xff >> Math.max(0, Math.min(8, prefix - index * 8))),
  );
  return address.every((octet, index) => (octet & ~mask[index]! & 0xff) === 0)
    ? { address, mask }
    : null;
}

/** Whether an address lies in the range; another family never does. */
export function isInIpRange(address: Uint8Array, range: IpRange): boolean {
  if (address.length !== range.address.length) return false;
  return address.every(
    (octet, index) => (octet & range.mask[index]!) === (range.address[index]! & range.mask[index]!),
  );
}
