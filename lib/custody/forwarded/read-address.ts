import { splitQuoted } from "@/lib/custody/forwarded/split-quoted";
import { canonicalAddress } from "@/lib/custody/networks";

const withPort = /^(?:\[([0-9a-f:.]+)\](?::\d{1,5})?|(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5})$/i;

/** One address of a list; null for a name, "unknown", or anything else. */
function addressOf(text: string): string | null {
  const match = withPort.exec(text);
  return canonicalAddress(match?.[1] ?? match?.[2] ?? text);
}

const fromRight = (parts: readonly string[], hops: number): string | null =>
  addressOf((parts.at(-hops) ?? "").trim());

/** The `hops`-th address from the right of X-Forwarded-For, over all its lines: what stands left of it the client could have written itself. */
export function addressInList(lines: readonly string[], hops: number): string | null {
  return fromRight(lines.join(",").split(","), hops);
}

const forPair = /^\s*for\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s";,]*))\s*$/i;

/** The same of Forwarded (RFC 7239), by the `for` of its elements; null if that is missing, obfuscated, or said twice. */
export function addressInForwarded(lines: readonly string[], hops: number): string | null {
  const last = splitQuoted(lines.join(","), ",")?.at(-hops) ?? "";
  const said = (splitQuoted(last, ";") ?? []).flatMap((part) => {
    const match = forPair.exec(part);
    return match === null ? [] : [(match[1] ?? match[2] ?? "").replaceAll(/\\(.)/g, "$1")];
  });
  return said.length === 1 ? addressOf(said[0]!) : null;
}
