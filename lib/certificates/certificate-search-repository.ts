import type { Database } from "@/lib/db/database";
import { foldText } from "@/lib/format/fold-text";
import { idsOf } from "@/lib/format/search-text";
import { literalText } from "@/lib/format/literal-text";
import { patternsOf, type BytesRange } from "@/lib/format/search-terms";
import { rowColumns, rowTables, type CertificateRow } from "./certificate-repository";
import type { CertificateQuery, CertificateSort } from "./schema";
import {
  isNeverUsed,
  ownLeftOut,
  rotationConditions,
  stateConditions,
  successorConditions,
} from "./certificate-state-repository";

export type Position = Readonly<{ at: Date; id: string }>;
export type CertificateSearch = Readonly<{
  query: CertificateQuery;
  onlyIdentityId: string | null;
  now: Date;
  after: Position | null;
  /** Whether the rows before `after` are read, the nearest first. */
  backward: boolean;
}>;
/**
 * What is searched for: a certificate that has each of the words, folded, in its names or in those of
 * its identity and owner; or one whose id is the text, or whose serial number, fingerprint or key
 * begins with the bytes, or whose serial number is the one in decimal.
 */
export type SearchTerm = Readonly<{
  text: string;
  words: readonly string[];
  bytes: BytesRange | null;
  serial: Buffer | null;
}>;
export type Total = Readonly<{ count: number; capped: boolean }>;

const countLimit = 10_000;
const maxMatches = 2000;
const stateWhere = stateConditions("?");
const rotationWhere = rotationConditions("?");
const sorts: Readonly<
  Record<CertificateSort, Readonly<{ column: string; direction: "asc" | "desc" }>>
> = {
  "-createdAt": { column: "created_at", direction: "desc" },
  createdAt: { column: "created_at", direction: "asc" },
  notAfter: { column: "not_after", direction: "asc" },
  "-notAfter": { column: "not_after", direction: "desc" },
};

/** Conditions with `?` for each value; `add` replaces them with numbered parameters. */
function makeConditions() {
  const texts: string[] = [];
  const values: unknown[] = [];
  const add = (text: string, ...parameters: readonly unknown[]): void => {
    let next = 0;
    texts.push(`(${text.replace(/\?/g, () => `$${values.push(parameters[next++])}`)})`);
  };
  return { add, values, where: () => (texts.length === 0 ? "true" : texts.join(" and ")) };
}
type Conditions = ReturnType<typeof makeConditions>;

type Condition = Readonly<{ where: string; values: readonly unknown[] }>;

/** What is searched, in the words of the indexes. */
const certificateText = "c.search_text";
const identityText = "i.search_text";

const anyOf = (column: string, patterns: readonly string[]): Condition => ({
  where: patterns.map(() => `${column} like ?`).join(" or "),
  values: patterns,
});

/** A word on its own, each condition served by its own index: what may match it, as tables and where. */
function branchesOfWord(word: string): readonly (Condition & Readonly<{ from: string }>)[] {
  const patterns = patternsOf(word);
  const own = anyOf(certificateText, patterns);
  const ofIdentity = anyOf(identityText, patterns);
  return [
    { from: "certificate c", where: `c.state <> 'planned' and (${own.where})`, values: own.values },
    { from: "certificate c", where: `c.state = 'planned' and (${own.where})`, values: own.values },
    { from: "identity i join certificate c on c.identity_id = i.id", ...ofIdentity },
  ];
}

/** A word as a filter on rows. */
function filterOfWord(word: string): Condition {
  const own = anyOf(certificateText, patternsOf(word));
  const ofIdentity = anyOf(identityText, patternsOf(word));
  return {
    where: `${own.where} or c.identity_id in (select i.id from identity i where ${ofIdentity.where})`,
    values: [...own.values, ...ofIdentity.values],
  };
}

/** A word as a filter on rows of one identity, without a look at others. */
function filterOfOwnWord(word: string): Condition {
  const own = anyOf(certificateText, patternsOf(word));
  const ofIdentity = anyOf(identityText, patternsOf(word));
  return {
    where: `${own.where} or exists (select from identity i where i.id = c.identity_id and (${ofIdentity.where}))`,
    values: [...own.values, ...ofIdentity.values],
  };
}

function branchesOfIdentifiers({
  text,
  bytes,
  serial,
}: SearchTerm): readonly (Condition & Readonly<{ from: string }>)[] {
  const columns = bytes ? ["serial", "fingerprint_sha256", "spki_sha256"] : [];
  const values = bytes ? [bytes.from, bytes.to] : [];
  return [{ where: "c.id = ?", values: [text] as readonly unknown[] }]
    .concat(serial === null ? [] : [{ where: "c.serial = ?", values: [serial] }])
    .concat(columns.map((name) => ({ where: `c.${name} >= ? and c.${name} < ?`, values })))
    .map((condition) => ({ from: "certificate c", ...condition }));
}

/** The ids that one of the branches finds; null if there are too many to list. */
async function findIds(
  db: Database,
  branches: readonly (Condition & Readonly<{ from: string }>)[],
): Promise<string[] | null> {
  const values: unknown[] = [];
  const selects = branches.map(({ from, where, values: own }) => {
    let next = 0;
    const numbered = where.replace(/\?/g, () => `$${values.push(own[next++])}`);
    return `(select c.id from ${from} where ${numbered} limit ${maxMatches})`;
  });
  const { rows } = await db.pool.query<{ id: string }>({ text: selects.join(" union "), values });
  return rows.length < maxMatches ? rows.map((row) => row.id) : null;
}

/**
 * The term as a filter on the rows of one identity alone: how long it takes says nothing about
 * others.
 */
function conditionOnOwn(term: SearchTerm): Condition {
  const words = term.words.map(filterOfOwnWord);
  const all = [
    ...branchesOfIdentifiers(term),
    ...(words.length === 0
      ? []
      : [
          {
            where: words.map(({ where }) => `(${where})`).join(" and "),
            values: words.flatMap(({ values }) => values),
          },
        ]),
  ];
  return {
    where: all.map(({ where }) => `(${where})`).join(" or "),
    values: all.flatMap(({ values }) => values),
  };
}

/**
 * The term as a filter. Where its longest word has few matches, they are listed; otherwise all words
 * are filters on the ordered rows, of which many match.
 */
async function conditionOfTerm(
  db: Database,
  { onlyIdentityId }: CertificateSearch,
  term: SearchTerm,
): Promise<Condition> {
  if (onlyIdentityId !== null) return conditionOnOwn(term);
  const [longest, ...others] = term.words.toSorted((one, other) => other.length - one.length);
  const [identified, named] = await Promise.all([
    findIds(db, branchesOfIdentifiers(term)),
    longest === undefined ? [] : findIds(db, branchesOfWord(longest)),
  ]);
  const listed: Condition = { where: "c.id = any(?::text[])", values: [named] };
  const byWords = [
    named === null && longest !== undefined ? filterOfWord(longest) : listed,
    ...others.map(filterOfWord),
  ];
  const all: Condition = {
    where: byWords.map(({ where }) => `(${where})`).join(" and "),
    values: byWords.flatMap(({ values }) => values),
  };
  if (identified?.length === 0) return all;
  return {
    where: `c.id = any(?::text[]) or (${all.where})`,
    values: [identified ?? [], ...all.values],
  };
}

/** `now` for each of its places. */
const timesFor = (condition: string, now: Date): Date[] =>
  Array.from(condition.matchAll(/\?/g), () => now);

/** Those of the filters that are a choice: without values. */
const fixedConditions = ({ successor, use, own }: CertificateQuery): readonly string[] => [
  ...(successor === undefined ? [] : [successorConditions[successor]]),
  ...(use === "never" ? [isNeverUsed] : []),
  ...(own === "exclude" ? [ownLeftOut] : []),
];

/** Those that depend on the time. */
const timedConditions = ({ state, rotation }: CertificateQuery): readonly string[] => [
  ...(state === undefined ? [] : [stateWhere[state]]),
  ...(rotation === undefined ? [] : [rotationWhere[rotation]]),
];

function conditionsFor({ query, onlyIdentityId, now }: CertificateSearch): Conditions {
  const conditions = makeConditions();
  for (const timed of timedConditions(query)) conditions.add(timed, ...timesFor(timed, now));
  if (onlyIdentityId !== null) conditions.add("c.identity_id = ?", onlyIdentityId);
  if (query.identity) conditions.add("c.identity_id = ?", query.identity);
  if (query.profile)
    conditions.add(
      "c.profile_id = (select id from profile where id = ? or slug = ?)",
      query.profile,
      query.profile,
    );
  if (query.authority)
    conditions.add(
      "c.issuer_id = (select id from authority where id = ? or slug = ?)",
      query.authority,
      query.authority,
    );
  if (query.kind)
    conditions.add("c.identity_id in (select id from identity where kind = ?)", query.kind);
  if (query.owner)
    conditions.add(
      "c.identity_id in (select id from identity where tlog.fold_text(owner) like ?)",
      `%${literalText(foldText(query.owner))}%`,
    );
  if (query.algorithm) conditions.add("c.key_algorithm = ?", query.algorithm);
  if (query.serverKey) conditions.add("c.server_key = ?", query.serverKey === "true");
  if (query.key) conditions.add("c.spki_sha256 = ?", Buffer.from(query.key, "hex"));
  for (const condition of fixedConditions(query)) conditions.add(condition);
  if (query.expiresAfter) conditions.add("c.not_after >= ?", new Date(query.expiresAfter));
  if (query.ids !== undefined) conditions.add("c.id = any(?::text[])", idsOf(query.ids));
  if (query.expiresBefore) conditions.add("c.not_after < ?", new Date(query.expiresBefore));
  return conditions;
}

/** One page by keyset: no row is repeated or skipped while others are issued. */
async function readPage(
  db: Database,
  { query, after, backward }: CertificateSearch,
  conditions: Conditions,
): Promise<CertificateRow[]> {
  const { column, direction: sorted } = sorts[query.sort];
  const direction = backward ? (sorted === "asc" ? "desc" : "asc") : sorted;
  if (after)
    conditions.add(
      `(c.${column}, c.id) ${direction === "asc" ? ">" : "<"} (?::timestamptz, ?::text)`,
      after.at,
      after.id,
    );
  const { rows } = await db.pool.query<CertificateRow>({
    text: `select ${rowColumns} from ${rowTables} where ${conditions.where()} order by c.${column} ${direction}, c.id ${direction} limit ${query.limit + 1}`,
    values: conditions.values,
  });
  return rows;
}

async function countRows(db: Database, conditions: Conditions): Promise<Total> {
  const { rows } = await db.pool.query<{ count: number }>({
    text: `select count(*)::int as count from (select 1 from certificate c where ${conditions.where()} limit ${countLimit + 1}) counted`,
    values: conditions.values,
  });
  const count = rows[0]?.count ?? 0;
  return { count: Math.min(count, countLimit), capped: count > countLimit };
}

type Matching = Readonly<{ term: SearchTerm | null; serial: Uint8Array | null }>;

async function conditionsOfMatching(
  db: Database,
  search: CertificateSearch,
  { term, serial }: Matching,
): Promise<Conditions> {
  const named = term && (await conditionOfTerm(db, search, term));
  return conditionsWith(search, named, serial);
}

function conditionsWith(
  search: CertificateSearch,
  term: Condition | null,
  serial: Uint8Array | null,
): Conditions {
  const conditions = conditionsFor(search);
  if (serial) conditions.add("c.serial = ?", Buffer.from(serial));
  if (term) conditions.add(term.where, ...term.values);
  return conditions;
}

/** What the filters match, by id after an id, so that a long read goes on where it was. */
export async function readMatchingRows(
  db: Database,
  search: CertificateSearch,
  { afterId, limit, ...matching }: Matching & Readonly<{ afterId: string | null; limit: number }>,
): Promise<CertificateRow[]> {
  const conditions = await conditionsOfMatching(db, search, matching);
  if (afterId !== null) conditions.add("c.id > ?::text", afterId);
  const { rows } = await db.pool.query<CertificateRow>({
    text: `select ${rowColumns} from ${rowTables} where ${conditions.where()} order by c.id limit ${limit}`,
    values: conditions.values,
  });
  return rows;
}

/** How many the filters match, without a limit. */
export async function countMatchingRows(
  db: Database,
  search: CertificateSearch,
  matching: Matching,
): Promise<number> {
  const conditions = await conditionsOfMatching(db, search, matching);
  const { rows } = await db.pool.query<{ count: number }>({
    text: `select count(*)::int as count from certificate c where ${conditions.where()}`,
    values: conditions.values,
  });
  return rows[0]?.count ?? 0;
}

/** A page, with one extra row if there are more, and the total number of matches. */
export async function searchCertificateRows(
  db: Database,
  search: CertificateSearch,
  term: SearchTerm | null,
  serial: Uint8Array | null,
): Promise<{ rows: CertificateRow[]; total: Total }> {
  const named = term && (await conditionOfTerm(db, search, term));
  const allConditions = (): Conditions => conditionsWith(search, named, serial);
  const [rows, total] = await Promise.all([
    readPage(db, search, allConditions()),
    countRows(db, allConditions()),
  ]);
  return { rows, total };
}

/** How many certificates of each authority are about to expire, as the list counts them. */
export async function countExpiringRows(
  db: Database,
  now: Date,
): Promise<readonly Readonly<{ authorityId: string; count: number }>[]> {
  const { rows } = await db.pool.query<{ authorityId: string; count: number }>({
    name: "certificate_expiring_by_authority",
    values: [now],
    text: `select c.issuer_id as "authorityId", count(*)::int as count from certificate c
      where ${stateConditions("$1").expiring} group by c.issuer_id`,
  });
  return rows;
}
