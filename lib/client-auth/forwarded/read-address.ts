import { canonicalAddress } from "@/lib/net/address";
import { splitQuoted } from "./split-quoted";

const withPort = /^(?:\[([0-9a-f:.]+)\](?::\d{1,5})?|(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5})$/i;

/** An address, with or without a port; null for a name, "unknown" or anything else. */
function addressOf(text: string): string | null {
  const match = withPort.exec(text);
  return canonicalAddress(match?.[1] ?? match?.[2] ?? text);
}

const addressFromRight = (parts: readonly string[], hops: number): string | null =>
  addressOf((parts.at(-hops) ?? "").trim());

/**
 * The `hops`-th address from the right of X-Forwarded-For, over all its lines: the client could
 * have written anything to the left of it.
 */
export function addressInList(lines: readonly string[], hops: number): string | null {
  return addressFromRight(lines.join(",").split(","), hops);
}

const forPair = /^\s*for\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s";,]*))\s*$/i;

/**
 * The same for Forwarded (RFC 7239), from the `for` parameter of its elements; null if it is
 * missing, obfuscated or repeated.
 */
export function addressInForwarded(lines: readonly string[], hops: number): string | null {
  const last = splitQuoted(lines.join(","), ",")?.at(-hops) ?? "";
  const addresses = (splitQuoted(last, ";") ?? []).flatMap((part) => {
    const match = forPair.exec(part);
    return match === null ? [] : [(match[1] ?? match[2] ?? "").replaceAll(/\\(.)/g, "$1")];
  });
  return addresses.length === 1 ? addressOf(addresses[0]!) : null;
}
