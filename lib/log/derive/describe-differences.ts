import {
  addRow,
  decodeTimes,
  entriesPerTimePage,
  forEachRow,
  makeBits,
  type EntryBits,
  type Page,
} from "@/lib/log/pure/segment-format";
import { forEachBit } from "./entry-bits";

const maxNamed = 50;

/** The pages that the entries `low` to `high - 1` give and that are not stored, and the reverse. */
export type DifferentPages = Readonly<{
  low: number;
  high: number;
  lost: readonly Page[];
  added: readonly Page[];
}>;

/**
 * What is wrong with the pages of a segment, in words that name the entries as far as that can be
 * said. Empty if no page is different. Throws PageError for a page that can't be read.
 */
export function describeDifferences({ low, high, lost, added }: DifferentPages): string[] {
  if (lost.length === 0 && added.length === 0) return [];
  const place = `the segment of the entries ${low} to ${high - 1}`;
  const entries = high - low;
  const should = rowsOf(lost, entries);
  const are = rowsOf(added, entries);
  const hidden = entriesOnlyIn(should, are, entries);
  const extra = entriesOnlyIn(are, should, entries);
  const problems = [
    ...list(hidden, low, "is not found by all that it says"),
    ...list(extra, low, "is found by something that it does not say"),
    ...wrongTimes(lost, added, low),
  ];
  return problems.length > 0
    ? problems
    : [`In ${place}, ${Math.max(lost.length, added.length)} pages are not those of its entries.`];
}

type Rows = ReadonlyMap<string, EntryBits>;
const isDictionary = ({ first }: Page): boolean => first.length > 0 && first[0] !== 0;

function rowsOf(pages: readonly Page[], entries: number): Rows {
  const rows = new Map<string, EntryBits>();
  for (const { body } of pages.filter(isDictionary))
    forEachRow(body, (row) => {
      const token = Buffer.from(row.token.subarray(0, row.tokenLength)).toString("latin1");
      const bits = rows.get(token) ?? makeBits(entries);
      addRow(row, bits);
      rows.set(token, bits);
      return true;
    });
  return rows;
}

function entriesOnlyIn(rows: Rows, others: Rows, entries: number): EntryBits {
  const all = makeBits(entries);
  for (const [token, bits] of rows) {
    const other = others.get(token);
    for (let at = 0; at < all.length; at += 1) all[at]! |= bits[at]! & ~(other?.[at] ?? 0);
  }
  return all;
}

function list(bits: EntryBits, low: number, problem: string): string[] {
  const named: string[] = [];
  let more = 0;
  forEachBit(bits, "asc", (n) => {
    if (named.length < maxNamed) named.push(`Entry ${low + n} ${problem}.`);
    else more += 1;
  });
  return more > 0 ? [...named, `${more} more entries from ${low} on: each ${problem}.`] : named;
}

function wrongTimes(lost: readonly Page[], added: readonly Page[], low: number): string[] {
  const problems: string[] = [];
  for (const page of lost.filter(({ first }) => first.length > 0 && first[0] === 0)) {
    const block = (page.first[1] ?? 0) * 256 + (page.first[2] ?? 0);
    const other = added.find(({ first }) => Buffer.from(page.first).equals(first));
    const times = decodeTimes(other?.body ?? new Uint8Array(0));
    for (const [n, time] of decodeTimes(page.body).entries())
      if (times[n] !== time && problems.length < maxNamed)
        problems.push(
          `Entry ${low + block * entriesPerTimePage + n} is indexed with another time.`,
        );
  }
  return problems;
}
