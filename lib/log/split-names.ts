import type { NewEntry } from "./types";

/** Of the names in one entry, which may have 65,535 bytes in all. */
const maxBytes = 20_000;

/** The texts in parts that are short enough; one part, which may be empty, at least. */
function partsOf(texts: readonly string[]): string[][] {
  const parts: string[][] = [[]];
  let bytes = 0;
  for (const text of texts) {
    const size = Buffer.byteLength(text);
    if (bytes > 0 && bytes + size > maxBytes) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)!.push(text);
    bytes += size;
  }
  return parts;
}

const listOf = (details: object, key: string): readonly string[] =>
  ((details as Record<string, unknown>)[key] as readonly string[] | undefined) ?? [];

/** An entry about names as several that are alike, each with some of the names. */
function split(entry: NewEntry): NewEntry[] {
  const { details } = entry as { details: object };
  const names = partsOf(listOf(details, "names"));
  const reserved = partsOf(listOf(details, "reserved"));
  const count = Math.max(names.length, reserved.length);
  if (count === 1) return [entry];
  return Array.from({ length: count }, (_none, at) => {
    const part = {
      ...details,
      names: names[at] ?? [],
      ...("reserved" in details ? { reserved: reserved[at] ?? [] } : {}),
    };
    return at > 0 && entry.action === "identity.created"
      ? further(entry, part.names)
      : ({ ...entry, details: part } as NewEntry);
  });
}

/** An identity is created once: what doesn't fit into that entry was added to it. */
const further = (entry: NewEntry, names: readonly string[]): NewEntry =>
  ({
    action: "identity.names-added",
    outcome: entry.outcome,
    target: entry.target,
    details: { names, origin: "edit" },
  }) as NewEntry;

/**
 * Entries about names as the log can take them: one with hundreds of long names becomes several of
 * the same action. In the same order, and the first is about what the first was about.
 */
export function splitNames(entries: readonly [NewEntry, ...NewEntry[]]): [NewEntry, ...NewEntry[]] {
  return entries.flatMap(split) as [NewEntry, ...NewEntry[]];
}
