import { type Checks, entries, type EntryRow } from "./types";

/** Numbers, leaf hashes and ids of the entries from … below; `rows` is all that there is of them. Returns whether none is missing. */
export function checkEntries(
  { numbers, leaf, id }: Checks,
  rows: readonly EntryRow[],
  from: number,
  below: number,
): boolean {
  let next = from;
  for (const { seq, leafHash, hash, entryId, record } of rows) {
    if (seq > next)
      numbers.wrong(
        seq - next === 1
          ? `Entry ${next} is missing.`
          : `The entries ${next} to ${seq - 1} are missing.`,
      );
    if (seq < next) numbers.wrong(`The number ${seq} stands twice.`);
    next = Math.max(next, seq + 1);
    leaf.looked();
    if (leafHash === null) leaf.wrong(`Entry ${seq} has no leaf hash.`);
    else if (!leafHash.equals(hash))
      leaf.wrong(
        `The bytes of entry ${seq} have the leaf hash ${hash.toString("hex")}, and ${leafHash.toString("hex")} is stored: the entry or its hash was changed.`,
      );
    id.looked();
    if (record === null) id.wrong(`The bytes of entry ${seq} are no entry any more.`);
    else if (record.id !== entryId)
      id.wrong(
        `Entry ${seq} is found as ${entryId ?? "nothing"}, and its bytes say ${String(record.id).slice(0, 64)}.`,
      );
  }
  if (next < below)
    numbers.wrong(
      below - next === 1
        ? `Entry ${next} is missing.`
        : `The entries ${next} to ${below - 1} are missing.`,
    );
  numbers.looked(below - from);
  return rows.length === below - from;
}

/** What no entry of the log can be. */
export function checkBeyond(
  { numbers, index }: Checks,
  {
    size,
    entriesBeyond,
    searchBeyond,
  }: Readonly<{ size: number; entriesBeyond: number; searchBeyond: number }>,
): void {
  if (entriesBeyond > 0)
    numbers.wrong(
      `The log says that it has ${entries(size)}, and the table holds ${entries(entriesBeyond)} beyond.`,
    );
  if (searchBeyond > 0)
    index.wrong(`The index holds ${searchBeyond} rows of entries that the log does not have.`);
}
