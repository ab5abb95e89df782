import type { NameStatement, StatedNames } from "./identity-details";
import type { NewEntry } from "./types";

/** Of the names in one entry, which may have 65,535 bytes in all. */
const maxBytes = 20_000;

/** Of the statements of rows, and where the entry has long lists of identities as well. */
const maxRowBytes = 15_000;
const maxRowBytesOfMany = 6_000;
const manyIdentities = 150;

/** The items in parts that are short enough; one part, which may be empty, at least. */
function partsOf<T>(items: readonly T[], most: number, sizeOf: (item: T) => number): T[][] {
  const parts: T[][] = [[]];
  let bytes = 0;
  for (const item of items) {
    const size = sizeOf(item);
    if (bytes > 0 && bytes + size > most) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)!.push(item);
    bytes += size;
  }
  return parts;
}

const listOf = <T = string>(details: object, key: string): readonly T[] =>
  ((details as Record<string, unknown>)[key] as readonly T[] | undefined) ?? [];

const bytesOf = (text: string): number => Buffer.byteLength(text);

function rowPartsOf(details: object): NameStatement[][] {
  const identities = Math.max(listOf(details, "with").length, listOf(details, "keep").length);
  const most = identities > manyIdentities ? maxRowBytesOfMany : maxRowBytes;
  const rows = listOf<NameStatement>(details, "rows");
  return partsOf(rows, most, (row) => Buffer.byteLength(JSON.stringify(row)));
}

/** An entry about names as several that are alike, each with some of the names. */
function split(entry: NewEntry): NewEntry[] {
  const { details } = entry as { details: object };
  const names = partsOf(listOf(details, "names"), maxBytes, bytesOf);
  const reserved = partsOf(listOf(details, "reserved"), maxBytes, bytesOf);
  const rows = rowPartsOf(details);
  const count = Math.max(names.length, reserved.length, rows.length);
  if (count === 1) return [entry];
  return Array.from({ length: count }, (_none, at) => {
    const stated = "rows" in details ? { rows: rows[at] ?? [] } : {};
    if (at > 0 && (entry.action === "identity.created" || entry.action === "identity.updated"))
      return further(entry, names[at] ?? [], {
        ...(reserved[at] === undefined ? {} : { reserved: reserved[at] }),
        ...stated,
      });
    const part = {
      ...details,
      ...("names" in details ? { names: names[at] ?? [] } : {}),
      ...("reserved" in details ? { reserved: reserved[at] ?? [] } : {}),
      ...stated,
    };
    return { ...entry, details: part } as NewEntry;
  });
}

/** An identity is created once: what doesn't fit into that entry was added to it. */
const further = (
  entry: NewEntry,
  names: readonly string[],
  stated: StatedNames & Readonly<{ reserved?: readonly string[] }>,
): NewEntry =>
  ({
    action: "identity.names-added",
    outcome: entry.outcome,
    target: entry.target,
    details: { names, origin: "edit", ...stated },
  }) as NewEntry;

/**
 * Entries about names as the log can take them: one with hundreds of long names becomes several of
 * the same action. In the same order, and the first is about what the first was about.
 */
export function splitNames(entries: readonly [NewEntry, ...NewEntry[]]): [NewEntry, ...NewEntry[]] {
  return entries.flatMap(split) as [NewEntry, ...NewEntry[]];
}
