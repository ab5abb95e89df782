import type { Database } from "@/lib/db/database";
import { rowColumns, rowTables } from "./rows-repository";
import type { CertificateListState, CertificateQuery, CertificateSort } from "./schema";
import type { CertificateRow } from "./types";

export type Position = Readonly<{ at: Date; id: string }>;
export type Search = Readonly<{
  query: CertificateQuery;
  onlyIdentityId: string | null;
  now: Date;
  after: Position | null;
}>;
/** What a free word may be, beyond the beginning of a name. */
export type Word = Readonly<{ text: string; hex: Uint8Array | null }>;
export type Total = Readonly<{ count: number; capped: boolean }>;

const countLimit = 10_000,
  mostHits = 2000;
const expiringWhere = `c.state = 'issued' and c.not_after >= ? and c.not_after < ?::timestamptz + interval '30 days' and c.not_after - ?::timestamptz <= (c.not_after - c.not_before) / 3
  and not exists (select 1 from certificate s where s.predecessor_id = c.id) and not exists (select 1 from identity i where i.id = c.identity_id and i.kind = 'system')`;
const stateWhere: Readonly<Record<CertificateListState, string>> = {
  valid: "c.state = 'issued' and c.not_after >= ?",
  expired: "c.state = 'issued' and c.not_after < ?",
  held: "c.state = 'held'",
  revoked: "c.state = 'revoked'",
  pending: "c.state = 'planned'",
  failed: "c.state = 'failed'",
  expiring: expiringWhere,
};
const sorts: Readonly<Record<CertificateSort, Readonly<{ column: string; way: "asc" | "desc" }>>> =
  {
    "-createdAt": { column: "created_at", way: "desc" },
    createdAt: { column: "created_at", way: "asc" },
    notAfter: { column: "not_after", way: "asc" },
    "-notAfter": { column: "not_after", way: "desc" },
  };

/** Conditions with `?` where a value goes; numbered when the statement is put together. */
function makeConditions() {
  const texts: string[] = [],
    values: unknown[] = [];
  const add = (text: string, ...given: readonly unknown[]): void => {
    let next = 0;
    texts.push(`(${text.replace(/\?/g, () => `$${values.push(given[next++])}`)})`);
  };
  return { add, values, where: () => (texts.length === 0 ? "true" : texts.join(" and ")) };
}
type Conditions = ReturnType<typeof makeConditions>;

const likeStart = (text: string): string => `${text.toLowerCase().replace(/[\\%_]/g, "\\$&")}%`;

/** Everything that a word may hit, each with its own index. */
function branchesOf({ text, hex }: Word): readonly (readonly [where: string, value: unknown])[] {
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
    ["lower(c.common_name) like ?", likeStart(text)],
    ["c.sans && ?::text[]", names],
    ["c.id = ?", text],
    [
      "c.identity_id = any(array(select id from identity where lower(name) like ? limit 200))",
      likeStart(text),
    ],
    ...exact,
  ];
}

/** The ids that a word hits, or null if they are more than is worth listing: then the word is a filter on the ordered rows. */
async function findHits(db: Database, word: Word): Promise<string[] | null> {
  const branches = branchesOf(word);
  const { rows } = await db.pool.query<{ id: string }>({
    text: branches
      .map(
        ([where], index) =>
          `(select c.id from certificate c where ${where.replace("?", `$${index + 1}`)} limit ${mostHits})`,
      )
      .join(" union "),
    values: branches.map(([, value]) => value),
  });
  return rows.length < mostHits ? rows.map((row) => row.id) : null;
}

function addWord(conditions: Conditions, word: Word, hits: readonly string[] | null): void {
  if (hits) {
    conditions.add("c.id = any(?::text[])", hits);
    return;
  }
  const branches = branchesOf(word);
  conditions.add(
    branches.map(([where]) => where).join(" or "),
    ...branches.map(([, value]) => value),
  );
}

function conditionsOf({ query, onlyIdentityId, now }: Search): Conditions {
  const conditions = makeConditions(),
    { state } = query;
  if (state) conditions.add(stateWhere[state], now, now, now);
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
  if (query.expiresAfter) conditions.add("c.not_after >= ?", new Date(query.expiresAfter));
  if (query.expiresBefore) conditions.add("c.not_after < ?", new Date(query.expiresBefore));
  return conditions;
}

/** One page by keyset: no row twice and none left out while others are issued. */
async function readPage(
  db: Database,
  { query, after }: Search,
  conditions: Conditions,
): Promise<CertificateRow[]> {
  const { column, way } = sorts[query.sort];
  if (after)
    conditions.add(
      `(c.${column}, c.id) ${way === "asc" ? ">" : "<"} (?::timestamptz, ?::text)`,
      after.at,
      after.id,
    );
  const { rows } = await db.pool.query<CertificateRow>({
    text: `select ${rowColumns} from ${rowTables} where ${conditions.where()} order by c.${column} ${way}, c.id ${way} limit ${query.limit + 1}`,
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

/** A page, one row longer than asked if there is more, and how many match in all. */
export async function searchCertificateRows(
  db: Database,
  search: Search,
  word: Word | null,
  serial: Uint8Array | null,
): Promise<{ rows: CertificateRow[]; total: Total }> {
  const hits = word && (await findHits(db, word));
  const conditions = (): Conditions => {
    const made = conditionsOf(search);
    if (serial) made.add("c.serial = ?", Buffer.from(serial));
    if (word) addWord(made, word, hits);
    return made;
  };
  const [rows, total] = await Promise.all([
    readPage(db, search, conditions()),
    countRows(db, conditions()),
  ]);
  return { rows, total };
}
