import type { Deps } from "@/lib/runtime/deps";
import { rangeAfterCursor, searchOf } from "@/lib/log/search/filter";
import { findNumbers } from "@/lib/log/segments/find-entries";
import { queryWithAbort } from "./abortable-query";
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
type UncheckedEntry = Omit<PageEntry, "isChecked">;
type Page = Readonly<{ entries: UncheckedEntry[]; last: number; isLast: boolean }>;
type Row = {
  last: string | null;
  is_last: boolean;
  seqs: string | null;
  hashes: string | null;
  texts?: string | null;
  lengths?: string | null;
  bytes?: Buffer | null;
};

const maxRows = 4_096;
const maxBytes = 2_097_152;
const hashDigits = 64;
const notTextErrors = new Set(["22021", "22P05"]);

/**
 * The entries of an export in order, in pages of about two megabytes. The next page is read while
 * the current one is processed. Each page is one statement, so no transaction stays open for long.
 * Stops at once when `signal` is aborted. Without `withTexts`, `text` is "".
 */
export async function* readPages(
  db: Deps["db"],
  scope: ExportScope,
  withTexts: boolean,
  signal: AbortSignal,
): AsyncGenerator<PageEntry[], void, undefined> {
  const isChecked = withTexts ? await readCheckedEntries(db, scope.range) : () => true;
  let nextPage = readPage(db, scope, { after: null, withTexts, signal });
  for (;;) {
    const { entries, last, isLast } = await nextPage;
    if (!isLast) {
      nextPage = readPage(db, scope, { after: last, withTexts, signal });
      // An error surfaces when the page is awaited.
      nextPage.catch(() => {});
    }
    if (entries.length > 0)
      yield entries.map((entry) => ({ ...entry, isChecked: isChecked(entry.seq) }));
    if (isLast) return;
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
  after: number | null;
  withTexts: boolean;
  signal: AbortSignal;
}>;

async function readPage(
  db: Deps["db"],
  scope: ExportScope,
  { after, withTexts, signal }: PageRequest,
): Promise<Page> {
  const { filter } = scope;
  const range = rangeAfterCursor({ ...filter, after }, scope.range);
  const numbers = scope.isWhole ? [] : await findNumbers(db, searchOf(filter, range), maxRows);
  const matching = scope.isWhole
    ? `select seq, leaf_hash, entry from tlog.entry where seq >= ${range.low} and seq < ${range.high} order by seq limit ${maxRows}`
    : // A lateral lookup per number: for a join the planner would rather read the whole log.
      `select f.seq, e.leaf_hash, e.entry from unnest($1::bigint[]) as f (seq) left join lateral (select leaf_hash, entry from tlog.entry e where e.seq = f.seq offset 0) as e on true`;
  const read = (columns: string): Promise<Row[]> =>
    queryWithAbort<Row>(db, signal, {
      text: pageQuery(matching, columns),
      values: scope.isWhole ? [] : [numbers],
    });
  if (!withTexts) return splitPage(await read(""), false);
  const asBytes = `, ${aggregate("octet_length(entry)::text", "','")} as lengths, ${aggregate("entry", "''::bytea")} as bytes`;
  try {
    // The driver receives bytea as hexadecimal, which costs three times what text does. Canonical
    // JSON contains no line feed, so texts can be joined with it.
    const page = splitPage(
      await read(`, ${aggregate("convert_from(entry, 'UTF8')", "e'\\n'")} as texts`),
      true,
    );
    return page ?? splitPage(await read(asBytes), true) ?? failMissingPage();
  } catch (error) {
    if (!notTextErrors.has((error as { code?: string }).code ?? "")) throw error;
    return splitPage(await read(asBytes), true) ?? failMissingPage();
  }
}

/** A page as a few aggregated values costs a fraction of as many rows. */
const aggregate = (value: string, by: string): string =>
  `string_agg(${value}, ${by} order by seq) filter (where before < ${maxBytes})`;

const pageQuery = (
  matching: string,
  columns: string,
): string => `select coalesce(max(seq) filter (where before < ${maxBytes}), max(seq)) as last,
    count(*) < ${maxRows} and not coalesce(bool_or(before >= ${maxBytes}), false) as is_last, ${aggregate("seq::text", "','")} as seqs, ${aggregate("encode(leaf_hash, 'hex')", "''")} as hashes${columns}
  from (select seq, leaf_hash, entry, sum(octet_length(entry)) over (order by seq rows unbounded preceding) - octet_length(entry) as before from (${matching}) as found) as page`;

function failMissingPage(): never {
  throw new Error("A page of the export has no entries.");
}

function splitPage(rows: readonly Row[], withTexts: false): Page;
function splitPage(rows: readonly Row[], withTexts: boolean): Page | null;
/** Null if the texts cannot be split: one contains a line feed, so it was tampered with. */
function splitPage([row = emptyRow]: readonly Row[], withTexts: boolean): Page | null {
  const { hashes } = row;
  const bodies = splitBodies(row);
  const seqs = row.seqs === null ? [] : row.seqs.split(",").map(Number);
  if (withTexts && seqs.length > 0 && bodies.length !== seqs.length) return null;
  const entries = seqs.map((seq, n) => ({
    seq,
    leafHash: hashes?.slice(n * hashDigits, (n + 1) * hashDigits) ?? "",
    ...(bodies[n] ?? emptyBody),
  }));
  return { entries, last: Number(row.last), isLast: row.is_last };
}

type EntryBody = Pick<UncheckedEntry, "text" | "bytes">;
const emptyBody: EntryBody = { text: "", bytes: null };
const emptyRow: Row = { last: null, is_last: true, seqs: null, hashes: null };

function splitBodies({ texts, bytes, lengths }: Row): EntryBody[] {
  if (bytes) return splitBytes(bytes, lengths ?? "").map((part) => ({ text: "", bytes: part }));
  return texts?.split("\n").map((text) => ({ text, bytes: null })) ?? [];
}

function splitBytes(bytes: Buffer, lengths: string): Buffer[] {
  let at = 0;
  return lengths.split(",").map((length) => bytes.subarray(at, (at += Number(length))));
}
