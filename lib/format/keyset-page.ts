/** What makes a cursor lead back instead of on. No cursor begins with it by itself. */
const backMark = "~";

type ReadCursor = Readonly<{ backward: boolean; text: string | undefined }>;

/** Which way a cursor leads, and the cursor itself. */
export function readDirection(cursor: string | undefined): ReadCursor {
  const backward = cursor?.startsWith(backMark) === true;
  return { backward, text: backward ? cursor?.slice(backMark.length) : cursor };
}

export type KeysetPage<T> = Readonly<{
  rows: readonly T[];
  nextCursor: string | null;
  /** Leads to the page before this one; null on the first page. */
  previousCursor: string | null;
}>;

/**
 * A page of a list, in the list's order, from rows that were read in the direction of the cursor,
 * one more than the page has. Pure.
 */
export function keysetPage<T>(
  read: readonly T[],
  {
    limit,
    cursor,
    cursorOf,
  }: Readonly<{
    limit: number;
    cursor?: string | undefined;
    cursorOf: (row: T) => string;
  }>,
): KeysetPage<T> {
  const { backward } = readDirection(cursor);
  const rows = backward ? read.slice(0, limit).toReversed() : read.slice(0, limit);
  const hasMore = read.length > limit;
  const [first, last] = [rows[0], rows.at(-1)];
  const next = (backward || hasMore) && last !== undefined ? cursorOf(last) : null;
  // Whoever came with a cursor came from a page before.
  const hasBefore = backward ? hasMore : Boolean(cursor);
  const previous = hasBefore && first !== undefined ? `${backMark}${cursorOf(first)}` : null;
  return { rows, nextCursor: next, previousCursor: previous };
}
