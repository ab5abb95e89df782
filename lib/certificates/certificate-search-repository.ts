import type { Database } from "@/lib/db/database";
import { rowColumns, rowTables, type CertificateRow } from "./certificate-repository";
import type { CertificateQuery, CertificateSort } from "./schema";
import { stateConditions } from "./certificate-state-repository";

export type Position = Readonly<{ at: Date; id: string }>;
export type CertificateSearch = Readonly<{
  query: CertificateQuery;
  onlyIdentityId: string | null;
  now: Date;
  after: Position | null;
}>;
/** A free search term. `hex`: its bytes, if it may be a serial number or fingerprint. */
export type SearchTerm = Readonly<{ text: string; hex: Uint8Array | null }>;
export type Total = Readonly<{ count: number; capped: boolean }>;

const countLimit = 10_000;
const maxMatches = 2000;
const stateWhere = stateConditions("?");
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

const likePrefix = (text: string): string => `${text.toLowerCase().replace(/[\\%_]/g, "\\$&")}%`;

/** Everything that a term may match, each served by its own index. */
function conditionsOfTerm({
  text,
  hex,
}: SearchTerm): readonly (readonly [where: string, value: unknown])[] {
  const names = ["dns", "ip", "email", "uri"].map(
    (type) => `${type}:${type === "uri" ? text : text.toLowerCase()}`,
  );
  const exact = hex
    ? ([
        ["c.serial = ?", Buffer.from(hex)],
        ["c.fingerprint_sha256 = ?", Buffer.from(hex)],
      ] as const)
    : [];
  return [
    ["lower(c.common_name) like ?", likePrefix(text)],
    ["c.sans && ?::text[]", names],
    ["c.id = ?", text],
    [
      "c.identity_id = any(array(select id from identity where lower(name) like ? limit 200))",
      likePrefix(text),
    ],
    ...exact,
  ];
}

/**
 * The ids that a term matches, or null if there are too many to list: then the term is a filter on
 * the ordered rows instead.
 */
async function findMatchingIds(db: Database, term: SearchTerm): Promise<string[] | null> {
  const conditions = conditionsOfTerm(term);
  const { rows } = await db.pool.query<{ id: string }>({
    text: conditions
      .map(
        ([where], index) =>
          `(select c.id from certificate c where ${where.replace("?", `$${index + 1}`)} limit ${maxMatches})`,
      )
      .join(" union "),
    values: conditions.map(([, value]) => value),
  });
  return rows.length < maxMatches ? rows.map((row) => row.id) : null;
}

function addTerm(
  conditions: Conditions,
  term: SearchTerm,
  matchingIds: readonly string[] | null,
): void {
  if (matchingIds) {
    conditions.add("c.id = any(?::text[])", matchingIds);
    return;
  }
  const alternatives = conditionsOfTerm(term);
  conditions.add(
    alternatives.map(([where]) => where).join(" or "),
    ...alternatives.map(([, value]) => value),
  );
}

/** `now` for each of its places. */
const timesFor = (condition: string, now: Date): Date[] =>
  Array.from(condition.matchAll(/\?/g), () => now);

function conditionsFor({ query, onlyIdentityId, now }: CertificateSearch): Conditions {
  const conditions = makeConditions();
  const { state } = query;
  if (state) conditions.add(stateWhere[state], ...timesFor(stateWhere[state], now));
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
  if (query.key) conditions.add("c.spki_sha256 = ?", Buffer.from(query.key, "hex"));
  if (query.expiresAfter) conditions.add("c.not_after >= ?", new Date(query.expiresAfter));
  if (query.expiresBefore) conditions.add("c.not_after < ?", new Date(query.expiresBefore));
  return conditions;
}

/** One page by keyset: no row is repeated or skipped while others are issued. */
async function readPage(
  db: Database,
  { query, after }: CertificateSearch,
  conditions: Conditions,
): Promise<CertificateRow[]> {
  const { column, direction } = sorts[query.sort];
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
  const matchingIds = term && (await findMatchingIds(db, term));
  const conditions = conditionsFor(search);
  if (serial) conditions.add("c.serial = ?", Buffer.from(serial));
  if (term) addTerm(conditions, term, matchingIds);
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
  const matchingIds = term && (await findMatchingIds(db, term));
  const allConditions = (): Conditions => {
    const conditions = conditionsFor(search);
    if (serial) conditions.add("c.serial = ?", Buffer.from(serial));
    if (term) addTerm(conditions, term, matchingIds);
    return conditions;
  };
  const [rows, total] = await Promise.all([
    readPage(db, search, allConditions()),
    countRows(db, allConditions()),
  ]);
  return { rows, total };
}
