/**
 * Headers that mean the same to every recipient. A sender must not name them in Connection (RFC
 * 9110 §7.6.1); one that does makes a proxy drop the length of the body, or what says who is
 * asking.
 */
const endToEnd: ReadonlySet<string> = new Set([
  "authorization",
  "content-length",
  "content-type",
  "cookie",
  "host",
  "origin",
  "sec-fetch-site",
  "x-vault-token",
]);

/**
 * What two recipients of these raw headers could read differently; null if nothing. More than one
 * Host header is refused by RFC 9112 §3.2.
 */
export function findAmbiguousHeader(rawHeaders: readonly string[]): string | null {
  let hosts = 0;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    if (name === "host" && ++hosts > 1) return "It has more than one Host header.";
    if (name !== "connection") continue;
    const dropped = rawHeaders[at + 1]!.split(",")
      .map((option) => option.trim().toLowerCase())
      .find((option) => endToEnd.has(option));
    if (dropped !== undefined) return `Its Connection header names ${dropped}.`;
  }
  return null;
}
