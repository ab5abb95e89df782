import type { Deps } from "@/lib/deps";
import { type FoundEntry, findNumbers, restOf } from "../search";
import { choosePlan, type Plan, walkPlan } from "../search-plan";
import { queryUntil } from "./query-until";
import type { Scope } from "./scope";

type Row = { seqs: string | null; lengths: string | null; hashes: Buffer | null; bytes: Buffer | null; walked: string };
type Page = Readonly<{ entries: FoundEntry[]; isLast: boolean }>;

const MOST_ROWS = 4_096, MOST_BYTES = 2_097_152, MOST_GATHERED = 10_000, HASH = 32;

/**
 * The entries of an export in order, a page at a time: some two megabytes, and the next page is read while one is used. Each page is a
 * statement of its own, so no transaction is open for longer than one takes. Ends at once when `signal` is aborted.
 */
export async function* readPages(db: Deps["db"], scope: Scope, signal: AbortSignal): AsyncGenerator<FoundEntry[], void, undefined> {
  // Few matches are gathered anew for each page; for many, all pages together walk the range once.
  const plan = scope.isWhole || scope.count > MOST_GATHERED ? walkPlan : await choosePlan(db, scope.filter, scope.range, Infinity);
  let coming = readPage(db, scope, null, plan, signal);
  for (;;) {
    const { entries, isLast } = await coming;
    const last = entries.at(-1);
    if (last === undefined) return;
    if (!isLast) {
      coming = readPage(db, scope, last.seq, plan, signal);
      // It fails where it is waited for.
      coming.catch(() => {});
    }
    yield entries;
    if (isLast) return;
  }
}

async function readPage(db: Deps["db"], scope: Scope, after: number | null, plan: Plan, signal: AbortSignal): Promise<Page> {
  const { filter } = scope, range = restOf({ ...filter, after }, scope.range);
  const found = scope.isWhole ? `select seq from tlog.entry where seq >= ${range.low} and seq < ${range.high} order by seq limit ${MOST_ROWS}` : findNumbers(filter, range, MOST_ROWS, plan);
  // Joined into one value each, a page costs a fraction of what its rows would.
  const [row] = await queryUntil<Row>(db, signal, {
    text: `with found as materialized (${found}),
      page as (select e.seq, e.leaf_hash, e.entry, sum(octet_length(e.entry)) over (order by e.seq rows unbounded preceding) - octet_length(e.entry) as before from found join tlog.entry e using (seq)),
      kept as (select * from page where before < ${MOST_BYTES})
      select string_agg(seq::text, ',' order by seq) as seqs, string_agg(octet_length(entry)::text, ',' order by seq) as lengths,
        string_agg(leaf_hash, ''::bytea order by seq) as hashes, string_agg(entry, ''::bytea order by seq) as bytes, (select count(*)::text from found) as walked from kept`,
    values: filter.values,
  });
  const entries = row ? split(row) : [];
  return { entries, isLast: entries.length === Number(row?.walked ?? 0) && entries.length < MOST_ROWS };
}

function split({ seqs, lengths, hashes, bytes }: Row): FoundEntry[] {
  if (seqs === null || lengths === null || hashes === null || bytes === null) return [];
  const sizes = lengths.split(",").map(Number);
  let at = 0;
  return seqs.split(",").map((seq, n) => {
    const begin = at;
    at += sizes[n] ?? 0;
    return { seq: Number(seq), leafHash: hashes.subarray(n * HASH, (n + 1) * HASH), entry: bytes.subarray(begin, at) };
  });
}
