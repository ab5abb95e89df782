import { type Database, hotPool, statementTimeoutOf } from "@/lib/db/database";
import { makeGroupCommit } from "@/lib/db/group-commit";
import {
  accountColumns,
  accountOf,
  boundTables,
  type FlatAccount,
  type FoundAccount,
} from "./acme-account-repository";
import {
  orderIdSql,
  readStoredOrder,
  storedOrderSql,
  type OrderWithAuthorizations,
  type StoredOrder,
} from "./acme-order-repository";

/** A request that an account's key has signed, which is known by its thumbprint. */
export type SignedByAccount = Readonly<{
  accountId: string;
  thumbprint: string;
  nonce: Uint8Array;
  nonceExpiresAt: Date;
  now: Date;
  about: About;
}>;
/** What is read with the account, by ids that the client named: nothing says yet whose it is. */
export type About = Readonly<{
  orderId?: string;
  /** For its order. */
  authorizationId?: string;
  certificateId?: string;
  /** Whether to count the account's open orders. */
  countsOrders?: boolean;
}>;
export type FoundFor = Readonly<{
  order: OrderWithAuthorizations | null;
  certificate: CertificateBytes | null;
  /** Orders of the account that can still be finalized; 0 if they were not to be counted. */
  openOrders: number;
}>;
export type CertificateBytes = Readonly<{
  identityId: string;
  issuerId: string;
  der: Uint8Array | null;
}>;
/** `isTaken` is false for a nonce that was used before. */
type Spent = Readonly<{ account: FoundAccount; found: FoundFor; isTaken: boolean }>;
type Spend = (request: SignedByAccount) => Promise<Spent | null>;

/**
 * Marks the nonce as used and reads the account and what the request is about, as they are now. Null,
 * and nothing is written, if there is no such account, or its key is another one. Requests of the
 * same moment share a statement.
 */
export function spendNonceOf(
  { pool }: Pick<Database, "pool">,
  request: SignedByAccount,
): Promise<Spent | null> {
  const spend = spenders.get(pool) ?? makeSpender(pool);
  spenders.set(pool, spend);
  return spend(request);
}

const maxBatch = 100;
const spenders = new WeakMap<Database["pool"], Spend>();

const makeSpender = (pool: Database["pool"]): Spend =>
  makeGroupCommit({
    maxBatch,
    concurrency: 2,
    maxWaitMs: statementTimeoutOf(pool),
    work: (requests) => spendNonces(pool, requests),
  });

/** `when`: in which rows it is looked up at all. */
const foundSql = (x: string, when: string): string =>
  `case when ${when} then ${storedOrderSql(`coalesce(${x}.order_id, ${orderIdSql(`${x}.authorization_id`)})`)} end as "order",
      case when ${when} and ${x}.counts_orders then (select count(*)::int from acme_order o where o.account_id = ${x}.account_id and o.status = 'open' and o.expires_at > ${x}.now) end as "openOrders",
      c.identity_id as "certificateOf", c.issuer_id as "issuerId", c.der`;
const aboutColumns = "account_id, now, order_id, authorization_id, certificate_id, counts_orders";
const aboutTypes = (first: number): string =>
  ["text", "timestamptz", "text", "text", "text", "bool"]
    .map((type, at) => `$${first + at}::${type}[]`)
    .join(", ");
const aboutValues = (
  requests: readonly Pick<SignedByAccount, "accountId" | "now" | "about">[],
): unknown[] => [
  requests.map(({ accountId }) => accountId),
  requests.map(({ now }) => now.toISOString()),
  requests.map(({ about }) => about.orderId ?? null),
  requests.map(({ about }) => about.authorizationId ?? null),
  requests.map(({ about }) => about.certificateId ?? null),
  requests.map(({ about }) => about.countsOrders ?? false),
];

type FoundRow = Readonly<{
  order: StoredOrder | null;
  openOrders: number | null;
  certificateOf: string | null;
  issuerId: string | null;
  der: Uint8Array | null;
}>;
const foundOf = ({ order, openOrders, certificateOf, issuerId, der }: FoundRow): FoundFor => ({
  order: readStoredOrder(order),
  openOrders: openOrders ?? 0,
  certificate:
    certificateOf === null || issuerId === null
      ? null
      : { identityId: certificateOf, issuerId, der },
});

// In the order of the nonces, so that two batches with the same ones lock them in the same order. Of a
// nonce that comes twice in a batch the first request has it, and what a request is about is read only
// for one that has its nonce: otherwise copies of one request would cost as much as requests.
const spendText = `with signed as materialized (
      select * from unnest($1::text[], $2::bytea[], $3::timestamptz[], ${aboutTypes(4)}) with ordinality
        as x (thumbprint, nonce, nonce_expires_at, ${aboutColumns}, n)
    ), own as materialized (
      select x.*, row_number() over (partition by x.nonce order by x.n) = 1 as is_first
      from signed x join acme_account a on a.id = x.account_id and a.thumbprint = x.thumbprint
    ), taken as (
      insert into acme_nonce (nonce, expires_at) select nonce, nonce_expires_at from own where is_first order by nonce
        on conflict do nothing returning nonce
    )
    select x.n::int as n, t.nonce is not null as "isTaken", ${foundSql("x", "t.nonce is not null")}, ${accountColumns}
    from own x join acme_account a on a.id = x.account_id ${boundTables}
      left join taken t on x.is_first and t.nonce = x.nonce
      left join certificate c on t.nonce is not null and c.id = x.certificate_id`;

type SpentRow = FlatAccount & FoundRow & Readonly<{ n: number; isTaken: boolean }>;

async function spendNonces(
  pool: Database["pool"],
  requests: readonly SignedByAccount[],
): Promise<(Spent | null)[]> {
  const { rows } = await hotPool({ pool }).query<SpentRow>({
    name: "spend-acme-nonces",
    text: spendText,
    values: [
      requests.map(({ thumbprint }) => thumbprint),
      requests.map(({ nonce }) => Buffer.from(nonce)),
      requests.map(({ nonceExpiresAt }) => nonceExpiresAt.toISOString()),
      ...aboutValues(requests),
    ],
  });
  const byNumber = new Map(rows.map((row) => [row.n, row]));
  return requests.map((_request, at) => {
    const row = byNumber.get(at + 1);
    const account = accountOf(row);
    if (row === undefined || account === null) return null;
    return { account, found: foundOf(row), isTaken: row.isTaken };
  });
}

/** What a request is about, for an account that was authenticated in another way. */
export async function findFor(
  db: Database,
  accountId: string,
  about: About,
  now: Date,
): Promise<FoundFor> {
  const { rows } = await hotPool(db).query<FoundRow>({
    name: "acme-found-for-account",
    text: `select ${foundSql("x", "true")} from unnest(${aboutTypes(1)}) as x (${aboutColumns}) left join certificate c on c.id = x.certificate_id`,
    values: aboutValues([{ accountId, now, about }]),
  });
  const [row] = rows;
  if (row === undefined) throw new Error("unreachable: one request has one row");
  return foundOf(row);
}
