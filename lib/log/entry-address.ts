const dotted = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/**
 * An IP address in its one canonical form: IPv4 dotted, IPv6 as RFC 5952 writes it without a zone, an IPv4-mapped IPv6 address as
 * IPv4. Null for everything else, so that what is recorded can always be indexed.
 */
export function canonicalAddress(said: string | null): string | null {
  if (said === null) return null;
  if (dotted.test(said)) return said;
  const bare = said.split("%", 1)[0] ?? "";
  if (
    !/^[0-9a-f:.]{2,45}$/i.test(bare) ||
    !bare.includes(":") ||
    !URL.canParse(`http://[${bare}]/`)
  )
    return null;
  const address = new URL(`http://[${bare}]/`).hostname.slice(1, -1);
  const [, high, low] = mapped.exec(address) ?? [];
  if (high === undefined || low === undefined) return address;
  const h = Number.parseInt(high, 16),
    l = Number.parseInt(low, 16);
  return `${h >> 8}.${h & 255}.${l >> 8}.${l & 255}`;
}
