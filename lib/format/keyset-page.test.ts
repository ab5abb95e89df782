import { expect, test } from "vitest";
import { keysetPage, readDirection } from "./keyset-page";

/** Reads as a database would: one row more than the page has, in the direction of the cursor. */
function pageOf(all: readonly number[], limit: number, cursor?: string) {
  const { backward, text } = readDirection(cursor);
  const from = text === undefined ? null : Number(text);
  const after = all.filter((n) => from === null || (backward ? n < from : n > from));
  const read = (backward ? after.toReversed() : after).slice(0, limit + 1);
  return keysetPage(read, { limit, cursor, cursorOf: String });
}
const all = [1, 2, 3, 4, 5, 6, 7];

test("pages lead on to the end and back to the beginning, row for row", () => {
  const seen: (readonly number[])[] = [];
  let page = pageOf(all, 3);
  expect(page.previousCursor).toBeNull();
  for (;;) {
    seen.push(page.rows);
    if (page.nextCursor === null) break;
    page = pageOf(all, 3, page.nextCursor);
  }
  expect(seen).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
  const back: (readonly number[])[] = [page.rows];
  while (page.previousCursor !== null) {
    page = pageOf(all, 3, page.previousCursor);
    back.push(page.rows);
  }
  expect(back).toEqual(seen.toReversed());
});

test("rows that were added before the first page are found by going back", () => {
  const second = pageOf([4, 5, 6, 7], 2, pageOf([4, 5, 6, 7], 2).nextCursor ?? "");
  const first = pageOf(all, 2, second.previousCursor ?? "");
  expect(first.rows).toEqual([4, 5]);
  expect(pageOf(all, 2, first.previousCursor ?? "").rows).toEqual([2, 3]);
});

test.each([
  ["an empty list", [], undefined, { rows: [], nextCursor: null, previousCursor: null }],
  ["a page whose rows are gone", [], "3", { rows: [], nextCursor: null, previousCursor: null }],
  [
    "exactly one page",
    [1, 2, 3],
    undefined,
    { rows: [1, 2, 3], nextCursor: null, previousCursor: null },
  ],
])("%s leads nowhere", (_what, rows, cursor, expected) => {
  expect(pageOf(rows, 3, cursor)).toEqual(expected);
});
