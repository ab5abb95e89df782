import { type Checks, countEntries, type EntryRow } from "./types";

/**
 * Checks numbers, leaf hashes and ids of the entries `from` to `end - 1`; `rows` are all of them
 * that exist. Returns whether none is missing.
 */
export function checkEntries(
  { numbers, leaf, id }: Checks,
  rows: readonly EntryRow[],
  from: number,
  end: number,
): boolean {
  let next = from;
  for (const { seq, leafHash, hash, entryId, reading } of rows) {
    if (seq > next)
      numbers.problem(
        seq - next === 1
          ? `Entry ${next} is missing.`
          : `Entries ${next} to ${seq - 1} are missing.`,
      );
    if (seq < next) numbers.problem(`The number ${seq} is used twice.`);
    next = Math.max(next, seq + 1);
    leaf.count();
    if (leafHash === null) leaf.problem(`Entry ${seq} has no leaf hash.`);
    else if (!leafHash.equals(hash))
      leaf.problem(
        `The bytes of entry ${seq} have the leaf hash ${hash.toString("hex")}, but ${leafHash.toString("hex")} is stored: the entry or its hash was changed.`,
      );
    id.count();
    if (!reading.readable && reading.problem === "other-id")
      id.problem(
        `Entry ${seq} is stored with the ID ${entryId ?? "(none)"}, but its bytes have another.`,
      );
  }
  if (next < end)
    numbers.problem(
      end - next === 1 ? `Entry ${next} is missing.` : `Entries ${next} to ${end - 1} are missing.`,
    );
  numbers.count(end - from);
  return rows.length === end - from;
}

/** Reports rows beyond the end of the log. */
export function checkRowsBeyondEnd(
  { numbers, index }: Checks,
  {
    size,
    entriesBeyond,
    searchBeyond,
  }: Readonly<{ size: number; entriesBeyond: number; searchBeyond: number }>,
): void {
  if (entriesBeyond > 0)
    numbers.problem(
      `The log has ${countEntries(size)}, but the table holds ${countEntries(entriesBeyond)} beyond its end.`,
    );
  if (searchBeyond > 0)
    index.problem(
      `The index holds ${searchBeyond} segments with entries that the log does not have.`,
    );
}
