const dotted = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const group = /^[0-9a-fA-F]{1,4}$/;
const maxChars = 45;

/**
 * The 4 or 16 bytes of an address as entries hold it: dotted decimal, or IPv6 in groups (RFC 4291,
 * section 2.2). Null for everything else.
 */
export function parseRecordedAddress(text: string): Uint8Array | null {
  if (text.length > maxChars) return null;
  return text.includes(":") ? parseGroups(text) : parseDotted(text);
}

function parseDotted(text: string): Uint8Array | null {
  const parts = dotted.exec(text)?.slice(1).map(Number);
  return parts === undefined || parts.some((part) => part > 255) ? null : Uint8Array.from(parts);
}

function parseGroups(text: string): Uint8Array | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const [before, after] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const groups = before ?? [];
  if (after !== undefined) {
    const missing = 8 - groups.length - after.length;
    if (missing < 1) return null;
    groups.push(...Array.from({ length: missing }, () => "0"), ...after);
  }
  if (groups.length !== 8 || !groups.every((part) => group.test(part))) return null;
  return Uint8Array.from(groups.flatMap((part) => [parseInt(part, 16) >> 8, parseInt(part, 16)]));
}
