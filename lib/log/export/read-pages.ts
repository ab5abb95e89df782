import type { Deps } from "@/lib/deps";
import { findNumbers, restOf } from "../search";
import { choosePlan, type Plan, walkPlan } from "../search-plan";
import { queryUntil } from "./query-until";
import type { Scope } from "./scope";

/** `bytes` only where they are no UTF-8 text: somebody has been at them, and they are exported as they are. */
export type PageEntry = Readonly<{
  seq: number;
  leafHash: string;
  text: string;
  bytes: Buffer | null;
}>;
type Page = Readonly<{ entries: PageEntry[]; last: number; isLast: boolean }>;
type Row = {
  last: string | null;
  is_last: boolean;
  seqs: string | null;
  hashes: string | null;
  texts?: string | null;
  lengths?: string | null;
  bytes?: Buffer | null;
};

const MOST_ROWS = 4_096,
  MOST_BYTES = 2_097_152,
  MOST_GATHERED = 10_000,
  HASH_DIGITS = 64;
const notText = new Set(["22021", "22P05"]);

/**
 * The entries of an export in order, a page at a time: some two megabytes, and the next page is read while one is used. Each page is a
 * statement of its own, so no transaction is open for longer than one takes. Ends at once when `signal` is aborted. Without texts, `text` is "".
 */
export async function* readPages(
  db: Deps["db"],
  scope: Scope,
  withTexts: boolean,
  signal: AbortSignal,
): AsyncGenerator<PageEntry[], void, undefined> {
  // Few matches are gathered anew for each page; for many, all pages together walk the range once.
  const plan =
    scope.isWhole || scope.count > MOST_GATHERED
      ? walkPlan
      : await choosePlan(db, scope.filter, scope.range, Infinity);
  let coming = readPage(db, scope, { after: null, plan, withTexts, signal });
  for (;;) {
    const { entries, last, isLast } = await coming;
    if (!isLast) {
      coming = readPage(db, scope, { after: last, plan, withTexts, signal });
      // It fails where it is waited for.
      coming.catch(() => {});
    }
    if (entries.length > 0) yield entries;
    if (isLast) return;
  }
}

type Wanted = Readonly<{
  after: number | null;
  plan: Plan;
  withTexts: boolean;
  signal: AbortSignal;
}>;

async function readPage(
  db: Deps["db"],
  scope: Scope,
  { after, plan, withTexts, signal }: Wanted,
): Promise<Page> {
  const { filter } = scope,
    range = restOf({ ...filter, after }, scope.range);
  const found = scope.isWhole
    ? `select seq, leaf_hash, entry from tlog.entry where seq >= ${range.low} and seq < ${range.high} order by seq limit ${MOST_ROWS}`
    : // Each found number is looked up by itself: the planner would rather read the whole log than so many.
      `select f.seq, e.leaf_hash, e.entry from (${findNumbers(filter, range, MOST_ROWS, plan)}) as f left join lateral (select leaf_hash, entry from tlog.entry e where e.seq = f.seq offset 0) as e on true`;
  const read = (columns: string): Promise<Row[]> =>
    queryUntil<Row>(db, signal, { text: pageOf(found, columns), values: filter.values });
  if (!withTexts) return splitPage(await read(""), false);
  const asBytes = `, ${joined("octet_length(entry)::text", "','")} as lengths, ${joined("entry", "''::bytea")} as bytes`;
  try {
    // Bytes come from the database in hexadecimal and cost three times what a text does. No entry has a line end in its text.
    const page = splitPage(
      await read(`, ${joined("convert_from(entry, 'UTF8')", "e'\\n'")} as texts`),
      true,
    );
    return page ?? splitPage(await read(asBytes), true) ?? noPage();
  } catch (error) {
    if (!notText.has((error as { code?: string }).code ?? "")) throw error;
    return splitPage(await read(asBytes), true) ?? noPage();
  }
}

/** Joined into one value each, a page costs a fraction of what its rows would. */
const joined = (value: string, by: string): string =>
  `string_agg(${value}, ${by} order by seq) filter (where before < ${MOST_BYTES})`;

const pageOf = (
  found: string,
  columns: string,
): string => `select coalesce(max(seq) filter (where before < ${MOST_BYTES}), max(seq)) as last,
    count(*) < ${MOST_ROWS} and not coalesce(bool_or(before >= ${MOST_BYTES}), false) as is_last, ${joined("seq::text", "','")} as seqs, ${joined("encode(leaf_hash, 'hex')", "''")} as hashes${columns}
  from (select seq, leaf_hash, entry, sum(octet_length(entry)) over (order by seq rows unbounded preceding) - octet_length(entry) as before from (${found}) as found) as page`;

function noPage(): never {
  throw new Error("A page of the export came without its entries.");
}

function splitPage(rows: readonly Row[], withTexts: false): Page;
function splitPage(rows: readonly Row[], withTexts: boolean): Page | null;
/** Null if the texts cannot be told apart: one of them has a line end, and is not what was ever written. */
function splitPage([row = emptyRow]: readonly Row[], withTexts: boolean): Page | null {
  const { hashes } = row,
    said = saidOf(row),
    seqs = row.seqs === null ? [] : row.seqs.split(",").map(Number);
  if (withTexts && seqs.length > 0 && said.length !== seqs.length) return null;
  const entries = seqs.map((seq, n) => ({
    seq,
    leafHash: hashes?.slice(n * HASH_DIGITS, (n + 1) * HASH_DIGITS) ?? "",
    ...(said[n] ?? nothing),
  }));
  return { entries, last: Number(row.last), isLast: row.is_last };
}

type Said = Pick<PageEntry, "text" | "bytes">;
const nothing: Said = { text: "", bytes: null },
  emptyRow: Row = { last: null, is_last: true, seqs: null, hashes: null };

function saidOf({ texts, bytes, lengths }: Row): Said[] {
  if (bytes)
    return cut(bytes, lengths ?? "").map((part) => ({ text: part.toString("utf8"), bytes: part }));
  return texts?.split("\n").map((text) => ({ text, bytes: null })) ?? [];
}

function cut(bytes: Buffer, lengths: string): Buffer[] {
  let at = 0;
  return lengths.split(",").map((length) => bytes.subarray(at, (at += Number(length))));
}
