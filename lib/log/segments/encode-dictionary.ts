import type { Page } from "@/lib/log/pure/segment-format";
import { sortTokens } from "./sort-tokens";
import type { TokenTable } from "./token-table";
import { makeRowWriter } from "./write-rows";

/** The tokens of each entry in order of arrival: those of entry n from `firstPosting[n]` on. */
type Postings = Readonly<{
  table: TokenTable;
  postings: Uint32Array;
  firstPosting: Uint32Array;
  /** Entries `from` to `to - 1`, relative to the table's segment. */
  from: number;
  to: number;
}>;

/** Four pages fit into a block of PostgreSQL. */
const pageBytes = 1_890;

/** The entries of each token: those of token n are `numbers[starts[n]]` to `numbers[starts[n + 1] - 1]`. */
type Inverted = Readonly<{ tokens: Uint32Array; starts: Uint32Array; numbers: Uint32Array }>;

const tokensAtOnce = 2_000;

/** The pages of the dictionary over some entries, in order of their tokens; a part after each yield. */
export function* encodeDictionary(given: Postings): Generator<void, Page[]> {
  const { tokens, starts, numbers } = invert(given);
  yield;
  yield* sortTokens(tokens, given.table);
  const { table, from, to } = given;
  const bytes = table.bytes();
  const pages: Page[] = [];
  const writer = makeRowWriter(to - from, pageBytes);
  const numbersOf = (token: number) =>
    ({ list: numbers, from: starts[token]!, to: starts[token + 1]! }) as const;
  let begin = 0;
  let shared = 0;
  let size = 0;
  const close = (end: number): void => {
    const first = table.start(tokens[begin]!);
    writer.begin(bytes, first, shared);
    for (const token of tokens.subarray(begin, end)) {
      const rest = table.length(token) - shared;
      writer.row(bytes, table.start(token) + shared, rest, numbersOf(token));
    }
    pages.push({
      first: new Uint8Array(bytes.subarray(first, first + table.length(tokens[begin]!))),
      body: writer.end(),
    });
    begin = end;
    size = 0;
  };
  for (let n = 0; n < tokens.length; n += 1) {
    const token = tokens[n]!;
    const own = table.length(token) + 2 + writer.sizeOf(numbersOf(token));
    const common =
      n === begin ? table.length(token) : commonBytes(bytes, table, tokens[begin]!, token, shared);
    // What all share is written once.
    if (n > begin && size + own - common * (n - begin) > pageBytes) {
      close(n);
      shared = table.length(token);
    } else shared = common;
    size += own;
    if (n % tokensAtOnce === 0) yield;
  }
  if (tokens.length > begin) close(tokens.length);
  return pages;
}

function commonBytes(
  bytes: Buffer,
  table: TokenTable,
  left: number,
  right: number,
  most: number,
): number {
  const a = table.start(left);
  const b = table.start(right);
  const limit = Math.min(most, table.length(right));
  let common = 0;
  while (common < limit && bytes[a + common] === bytes[b + common]) common += 1;
  return common;
}

/** Turns the tokens of entries into the entries of tokens. */
function invert({ table, postings, firstPosting, from, to }: Postings): Inverted {
  const starts = new Uint32Array(table.size() + 1);
  const begin = firstPosting[from]!;
  const end = firstPosting[to]!;
  for (let at = begin; at < end; at += 1) starts[postings[at]! + 1]! += 1;
  let distinct = 0;
  for (let token = 0; token < table.size(); token += 1) {
    if (starts[token + 1]! > 0) distinct += 1;
    starts[token + 1]! += starts[token]!;
  }
  const numbers = new Uint32Array(end - begin);
  const next = starts.slice();
  for (let entry = from; entry < to; entry += 1)
    for (let at = firstPosting[entry]!; at < firstPosting[entry + 1]!; at += 1)
      numbers[next[postings[at]!]!++] = entry - from;
  const tokens = new Uint32Array(distinct);
  let n = 0;
  for (let token = 0; token < table.size(); token += 1)
    if (starts[token + 1]! > starts[token]!) tokens[n++] = token;
  return { tokens, starts, numbers };
}
