import type { Page } from "@/lib/log/pure/segment-format";
import { packDictionary } from "./pack-dictionary";
import { sortTokens } from "./sort-tokens";
import type { TokenTable } from "./token-table";

/** The tokens of each entry in order of arrival: those of entry n from `firstPosting[n]` on. */
type Postings = Readonly<{
  table: TokenTable;
  postings: Uint32Array;
  firstPosting: Uint32Array;
  /** Entries `from` to `to - 1`, relative to the table's segment. */
  from: number;
  to: number;
}>;

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
  const packer = packDictionary(to - from, (page) => pages.push(page));
  for (let n = 0; n < tokens.length; n += 1) {
    const token = tokens[n]!;
    const entries = { list: numbers, from: starts[token]!, to: starts[token + 1]! };
    packer.add(bytes, table.start(token), table.length(token), entries);
    if (n % tokensAtOnce === 0) yield;
  }
  packer.end();
  return pages;
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
