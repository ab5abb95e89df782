import type { TokenTable } from "./token-table";

/**
 * So many bytes of a token are compared at once, as a number whose rest holds which token it is:
 * 26 bits and 24.
 */
const bytesAtOnce = 3;
const indexRange = 2 ** 24;
const smallGroup = 12;

type Group = Readonly<{ from: number; to: number; at: number }>;

/**
 * Sorts tokens by their bytes, in place, a part after each `yield`. No two are equal, none is empty.
 * At most 2^24.
 */
export function* sortTokens(tokens: Uint32Array, table: TokenTable): Generator<void> {
  const keys = new Float64Array(tokens.length);
  const bytes = table.bytes();
  const groups = groupByFirstByte(tokens, table, bytes);
  for (let group = groups.pop(); group !== undefined; group = groups.pop()) {
    if (group.to - group.from <= smallGroup) sortFew(tokens, table, bytes, group);
    else {
      sortGroup(tokens, table, keys, bytes, group, groups);
      yield;
    }
  }
}

function groupByFirstByte(tokens: Uint32Array, table: TokenTable, bytes: Buffer): Group[] {
  const ends = new Uint32Array(257);
  for (const token of tokens) ends[bytes[table.start(token)]! + 1]! += 1;
  for (let byte = 0; byte < 256; byte += 1) ends[byte + 1]! += ends[byte]!;
  const groups = Array.from({ length: 256 }, (_none, byte) => ({
    from: ends[byte]!,
    to: ends[byte + 1]!,
    at: 1,
  }));
  const next = ends.slice(0, 256);
  for (const token of tokens.slice()) tokens[next[bytes[table.start(token)]!]!++] = token;
  return groups.filter(({ from, to }) => to > from);
}

/** Sorts by the next bytes; tokens that have the same ones become groups of their own. */
function sortGroup(
  tokens: Uint32Array,
  table: TokenTable,
  keys: Float64Array,
  bytes: Buffer,
  { from, to, at: given }: Group,
  groups: Group[],
): void {
  const at = given + sharedBytes(tokens, table, bytes, from, to, given);
  const some = keys.subarray(from, to);
  const before = tokens.slice(from, to);
  for (let n = 0; n < before.length; n += 1)
    some[n] = keyOf(table, bytes, before[n]!, at) * indexRange + n;
  some.sort();
  let begin = 0;
  let last = -1;
  for (let n = 0; n <= some.length; n += 1) {
    const key = n < some.length ? Math.floor(some[n]! / indexRange) : -2;
    if (key !== last) {
      if (n - begin > 1) groups.push({ from: from + begin, to: from + n, at: at + bytesAtOnce });
      begin = n;
      last = key;
    }
    if (n < some.length) tokens[from + n] = before[some[n]! - key * indexRange]!;
  }
}

/** The next bytes and how many there are of them: a shorter token comes before a longer one. */
function keyOf(table: TokenTable, bytes: Buffer, token: number, at: number): number {
  const start = table.start(token) + at;
  const left = Math.min(bytesAtOnce, Math.max(0, table.length(token) - at));
  let key = 0;
  for (let n = 0; n < bytesAtOnce; n += 1) key = key * 256 + (n < left ? bytes[start + n]! : 0);
  return key * (bytesAtOnce + 1) + left;
}

/** How many bytes all of a group share after the first `at`. */
function sharedBytes(
  tokens: Uint32Array,
  table: TokenTable,
  bytes: Buffer,
  from: number,
  to: number,
  at: number,
): number {
  const first = table.start(tokens[from]!) + at;
  let shared = Math.max(0, table.length(tokens[from]!) - at);
  for (let n = from + 1; n < to && shared > 0; n += 1) {
    const start = table.start(tokens[n]!) + at;
    const most = Math.min(shared, Math.max(0, table.length(tokens[n]!) - at));
    let same = 0;
    while (same < most && bytes[start + same] === bytes[first + same]) same += 1;
    shared = same;
  }
  return shared;
}

function sortFew(tokens: Uint32Array, table: TokenTable, bytes: Buffer, { from, to }: Group): void {
  for (let n = from + 1; n < to; n += 1) {
    const token = tokens[n]!;
    let place = n;
    while (place > from && isAfter(table, bytes, tokens[place - 1]!, token)) {
      tokens[place] = tokens[place - 1]!;
      place -= 1;
    }
    tokens[place] = token;
  }
}

function isAfter(table: TokenTable, bytes: Buffer, left: number, right: number): boolean {
  const leftStart = table.start(left);
  const rightStart = table.start(right);
  return (
    bytes.compare(
      bytes,
      rightStart,
      rightStart + table.length(right),
      leftStart,
      leftStart + table.length(left),
    ) > 0
  );
}
