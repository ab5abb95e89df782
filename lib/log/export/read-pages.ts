import type { Deps } from "@/lib/runtime/deps";
import { rangeAfterCursor, searchOf } from "@/lib/log/search/filter";
import { findNumbers } from "@/lib/log/segments/find-entries";
import { queryWithAbort } from "@/lib/db/abortable-query";
import type { ExportScope } from "./export-scope";

/**
 * `bytes` is set instead of `text` in a page with bytes that are no text. `isChecked`: the alert
 * rules have read this entry, so it can be read; reading every entry again would double the cost of
 * an export.
 */
export type PageEntry = Readonly<{
  seq: number;
  leafHash: string;
  text: string;
  bytes: Buffer | null;
  isChecked: boolean;
}>;
/** `last`: the highest number that it stands for. `length`: of its entries, in bytes. */
type Page = Readonly<{
  entries: PageEntry[];
  last: number;
  isLast: boolean;
  length: number;
}>;
type Row = {
  last: string | null;
  is_last: boolean;
  length: number;
  seqs: string | null;
  hashes: string | null;
  texts?: string | null;
  lengths?: string | null;
  bytes?: Buffer | null;
};

const maxRows = 4_096;
/** Of the first pages, while it isn't known how large entries are. */
const firstRows = 512;
/** How many pages are read while one is processed. */
const pagesAhead = 1;
const maxBytes = 2_097_152;
/** What a page should have; one of `maxBytes` is cut. */
const pageBytes = 1_048_576;
const notTextErrors = new Set(["22021", "22P05"]);

/**
 * The entries of an export in order, in pages of at most about two megabytes. The next ones are read
 * while the current one is processed. Each page is one statement, so no transaction stays open for
 * long. Stops at once when `signal` is aborted. Without `withTexts`, `text` is "".
 */
export async function* readPages(
  db: Deps["db"],
  scope: ExportScope,
  withTexts: boolean,
  signal: AbortSignal,
): AsyncGenerator<PageEntry[], void, undefined> {
  const isChecked = withTexts ? await readCheckedEntries(db, scope.range) : () => true;
  const request = { withTexts, isChecked, signal };
  const pages = scope.isWhole
    ? readWhole(db, scope.range, request)
    : readMatching(db, scope, request);
  for await (const { entries } of pages) if (entries.length > 0) yield entries;
}

/**
 * Everything in a range. The ranges of the next pages are known before their content, so several are
 * read at once: for most of the time that one takes, the database waits for the socket.
 */
async function* readWhole(
  db: Deps["db"],
  range: ExportScope["range"],
  request: PageRequest,
): AsyncGenerator<Page, void, undefined> {
  const read = (low: number, high: number): Promise<Page> =>
    readPage(db, entriesInRange({ low, high }), request);
  const ahead: { end: number; page: Promise<Page> }[] = [];
  let { low } = range,
    rows = firstRows;
  for (;;) {
    while (ahead.length <= pagesAhead && low < range.high) {
      const end = Math.min(range.high, low + rows);
      const page = read(low, end);
      // An error surfaces when the page is awaited.
      page.catch(() => {});
      ahead.push({ end, page });
      low = end;
    }
    const next = ahead.shift();
    if (next === undefined) return;
    let page = await next.page;
    // A large gap: what is after it is looked up, and not searched page by page.
    if (page.entries.length === 0)
      low = Math.max(low, (await findFirst(db, low, request.signal)) ?? range.high);
    yield page;
    // What was too large for one page.
    while (!page.isLast) {
      page = await read(page.last + 1, next.end);
      yield page;
    }
    rows = rowsLike(page);
  }
}

/** The first number that is there, from this one on. */
async function findFirst(
  db: Deps["db"],
  from: number,
  signal: AbortSignal,
): Promise<number | null> {
  const text = "select min(seq) as first from tlog.entry where seq >= $1";
  const rows = await queryWithAbort<{ first: string | null }>(db, signal, { text, values: [from] });
  const first = rows[0]?.first ?? null;
  return first === null ? null : Number(first);
}

/** As many rows as fill a page if they are as large as those of this one. */
function rowsLike({ entries, length }: Page): number {
  const mean = length / Math.max(1, entries.length);
  return Math.max(firstRows, Math.min(maxRows, Math.floor(pageBytes / Math.max(1, mean))));
}

/** What matches a filter. Where a page ends is known when it was read. */
async function* readMatching(
  db: Deps["db"],
  { filter, range }: ExportScope,
  request: PageRequest,
): AsyncGenerator<Page, void, undefined> {
  const read = async (after: number | null): Promise<Page> => {
    const rest = rangeAfterCursor({ ...filter, after }, range);
    return readPage(db, entriesOf(await findNumbers(db, searchOf(filter, rest), maxRows)), request);
  };
  for (let nextPage: Promise<Page> | null = read(null); nextPage !== null;) {
    const page: Page = await nextPage;
    nextPage = page.isLast ? null : read(page.last);
    nextPage?.catch(() => {});
    yield page;
  }
}

/** Whether an entry was read by the alert rules and found readable. */
async function readCheckedEntries(
  { pool }: Pick<Deps["db"], "pool">,
  { low, high }: ExportScope["range"],
): Promise<(seq: number) => boolean> {
  const { rows } = await pool.query<{ upto: string | null; skipped: string[] | null }>({
    name: "export-checked",
    text: `select (select upto from custody.cursor where name = 'alerts') as upto,
      (select array_agg(distinct seq) from tlog.skipped_entry where seq >= $1 and seq < $2) as skipped`,
    values: [low, high],
  });
  const upto = Number(rows[0]?.upto ?? 0);
  const skipped = new Set((rows[0]?.skipped ?? []).map(Number));
  return (seq) => seq < upto && !skipped.has(seq);
}

type PageRequest = Readonly<{
  withTexts: boolean;
  isChecked: (seq: number) => boolean;
  signal: AbortSignal;
}>;

/** Rows in the order of the log: those of a page, and what it stands for if all fit into it. */
type Source = Readonly<{ rows: string; values: readonly unknown[]; last: number; isLast: boolean }>;

/** By number alone, so that no plan, with or without statistics, reads more than these rows. */
const entriesInRange = ({ low, high }: ExportScope["range"]): Source => ({
  rows: `select seq, leaf_hash, entry from tlog.entry where seq >= ${low} and seq < ${high}`,
  values: [],
  last: high - 1,
  isLast: true,
});

/** A lateral lookup per number: for a join the planner would rather read the whole log. */
const entriesOf = (numbers: readonly number[]): Source => ({
  rows: `select f.seq, e.leaf_hash, e.entry from unnest($1::bigint[]) as f (seq) left join lateral (select leaf_hash, entry from tlog.entry e where e.seq = f.seq offset 0) as e on true`,
  values: [numbers],
  last: numbers.at(-1) ?? 0,
  isLast: numbers.length < maxRows,
});

async function readPage(
  db: Deps["db"],
  source: Source,
  { withTexts, isChecked, signal }: PageRequest,
): Promise<Page> {
  const read = (columns: string): Promise<Row[]> =>
    queryWithAbort<Row>(db, signal, { text: pageQuery(source, columns), values: source.values });
  if (!withTexts) return splitPage(await read(""), false, isChecked);
  const asBytes = `, ${aggregate("octet_length(entry)::text", "','")} as lengths, ${aggregate("entry", "''::bytea")} as bytes`;
  try {
    // The driver receives bytea as hexadecimal, which costs three times what text does. Canonical
    // JSON contains no line feed, so texts can be joined with it.
    const page = splitPage(
      await read(`, ${aggregate("convert_from(entry, 'UTF8')", "e'\\n'")} as texts`),
      true,
      isChecked,
    );
    return page ?? splitPage(await read(asBytes), true, isChecked) ?? failMissingPage();
  } catch (error) {
    if (!notTextErrors.has((error as { code?: string }).code ?? "")) throw error;
    return splitPage(await read(asBytes), true, isChecked) ?? failMissingPage();
  }
}

/** A page as a few aggregated values costs a fraction of as many rows. */
const aggregate = (value: string, by: string): string => `string_agg(${value}, ${by} order by seq)`;

/**
 * A page ends before the entry that would begin beyond `maxBytes`. That is found from lengths alone:
 * a window over the entries would copy each.
 */
const pageQuery = (
  { rows, last, isLast }: Source,
  columns: string,
): string => `with page as materialized (
    select case when bool_or(before >= ${maxBytes}) then max(seq) filter (where before < ${maxBytes}) else ${last} end as last,
      not coalesce(bool_or(before >= ${maxBytes}), false) as fits
    from (select seq, sum(octet_length(entry)) over (order by seq rows unbounded preceding) - octet_length(entry) as before from (${rows}) as lengths) as sums)
  select (select last from page) as last, (select fits from page) and ${isLast} as is_last, coalesce(sum(octet_length(entry)), 0)::int as length,
    ${aggregate("seq::text", "','")} as seqs, ${aggregate("coalesce(encode(leaf_hash, 'hex'), '')", "','")} as hashes${columns}
  from (select * from (${rows}) as found where entry is not null and seq <= (select last from page) order by seq offset 0) as entries`;

function failMissingPage(): never {
  throw new Error("A page of the export has no entries.");
}

type IsChecked = PageRequest["isChecked"];
function splitPage(rows: readonly Row[], withTexts: false, isChecked: IsChecked): Page;
function splitPage(rows: readonly Row[], withTexts: boolean, isChecked: IsChecked): Page | null;
/** Null if the texts cannot be split: one contains a line feed, so it was tampered with. */
function splitPage(
  [row = emptyRow]: readonly Row[],
  withTexts: boolean,
  isChecked: IsChecked,
): Page | null {
  const hashes = row.hashes?.split(",") ?? [];
  const bodies = splitBodies(row);
  const seqs = row.seqs === null ? [] : row.seqs.split(",");
  if (withTexts && seqs.length > 0 && bodies.length !== seqs.length) return null;
  const entries = seqs.map((number, n) => {
    const seq = Number(number);
    const { text, bytes } = bodies[n] ?? emptyBody;
    return { seq, leafHash: hashes[n] ?? "", text, bytes, isChecked: isChecked(seq) };
  });
  return { entries, last: Number(row.last), isLast: row.is_last, length: row.length };
}

type EntryBody = Pick<PageEntry, "text" | "bytes">;
const emptyBody: EntryBody = { text: "", bytes: null };
const emptyRow: Row = { last: null, is_last: true, length: 0, seqs: null, hashes: null };

function splitBodies({ texts, bytes, lengths }: Row): EntryBody[] {
  if (bytes) return splitBytes(bytes, lengths ?? "").map((part) => ({ text: "", bytes: part }));
  return texts?.split("\n").map((text) => ({ text, bytes: null })) ?? [];
}

function splitBytes(bytes: Buffer, lengths: string): Buffer[] {
  let at = 0;
  return lengths.split(",").map((length) => bytes.subarray(at, (at += Number(length))));
}
