import { type Database, hotPool } from "@/lib/db/database";
import { insertIntoInbox, type EncodedEntry } from "@/lib/log/record/inbox";

export type AuthorizationRow = Readonly<{
  id: string;
  orderId: string;
  accountId: string;
  type: string;
  value: string;
  wildcard: boolean;
  status: string;
  authorizedBy: string | null;
  token: string;
  challenge: string | null;
  problem: string | null;
  validatedAt: Date | null;
  leaseUntil: Date | null;
  createdAt: Date;
  expiresAt: Date;
}>;
export type OrderRow = Readonly<{
  id: string;
  accountId: string;
  identityId: string;
  profile: string;
  /** `dns:pay.example.com`, `ip:10.0.0.7`, in the order of the request. */
  identifiers: readonly string[];
  status: string;
  replaces: string | null;
  certificateId: string | null;
  problem: string | null;
  csrDer: Uint8Array | null;
  leaseUntil: Date | null;
  createdAt: Date;
  expiresAt: Date;
}>;
export type OrderWithAuthorizations = OrderRow &
  Readonly<{ authorizations: readonly AuthorizationRow[] }>;

type NewOrder = Pick<
  OrderRow,
  | "id"
  | "accountId"
  | "identityId"
  | "profile"
  | "identifiers"
  | "status"
  | "replaces"
  | "createdAt"
  | "expiresAt"
>;
type NewAuthorization = Omit<AuthorizationRow, "challenge" | "problem" | "leaseUntil">;

/** Stores an order and what authorizes its names, with its entry. */
export async function insertOrder(
  db: Database,
  order: NewOrder,
  authorizations: readonly NewAuthorization[],
  entry: EncodedEntry,
): Promise<boolean> {
  const { rowCount } = await hotPool(db).query({
    name: "insert-acme-order",
    text: `with ordered as (
        insert into acme_order (id, account_id, identity_id, profile, identifiers, status, replaces, created_at, expires_at)
          values ($1::text, $2::text, $3, $4, $5, $6, $7, $8::timestamptz, $9::timestamptz)
      ), authorized as (
        insert into acme_authorization (id, order_id, account_id, type, value, wildcard, status, authorized_by, token, validated_at, created_at, expires_at)
          select x.id, $1, $2, x.type, x.value, x.wildcard, x.status, x.authorized_by, x.token, x.validated_at, $8, $9
            from unnest($10::text[], $11::text[], $12::text[], $13::bool[], $14::text[], $15::text[], $16::text[], $17::timestamptz[])
              as x (id, type, value, wildcard, status, authorized_by, token, validated_at)
      )
      ${insertIntoInbox("values ($18, $19, $20)")}`,
    values: [
      order.id,
      order.accountId,
      order.identityId,
      order.profile,
      order.identifiers,
      order.status,
      order.replaces,
      order.createdAt.toISOString(),
      order.expiresAt.toISOString(),
      authorizations.map(({ id }) => id),
      authorizations.map(({ type }) => type),
      authorizations.map(({ value }) => value),
      authorizations.map(({ wildcard }) => wildcard),
      authorizations.map(({ status }) => status),
      authorizations.map(({ authorizedBy }) => authorizedBy),
      authorizations.map(({ token }) => token),
      authorizations.map(({ validatedAt }) => validatedAt && validatedAt.toISOString()),
      ...entryValues(entry),
    ],
  });
  return rowCount === 1;
}

const entryValues = ({ bytes, id, targetId }: EncodedEntry) => [Buffer.from(bytes), id, targetId];

type Stored = Readonly<Record<string, unknown>>;
/** An order with its authorizations as JSON, as statements return it beside other things. */
export type StoredOrder = Readonly<{ order: Stored; authorizations: readonly Stored[] | null }>;

/** What selects the order with this id, for `readStoredOrder`; null if there is none. */
export const storedOrderSql = (id: string): string =>
  `(select json_build_object('order', to_json(o), 'authorizations', (select json_agg(z) from acme_authorization z where z.order_id = o.id))
      from acme_order o where o.id = ${id})`;

/** What selects the id of the order that an authorization is of. */
export const orderIdSql = (authorizationId: string): string =>
  `(select z.order_id from acme_authorization z where z.id = ${authorizationId})`;

/** The order, with its authorizations in the order of its identifiers. */
export function readStoredOrder(stored: StoredOrder | null): OrderWithAuthorizations | null {
  if (stored === null) return null;
  const order = readRow(stored.order) as OrderRow;
  const rows = (stored.authorizations ?? []).map((row) => readRow(row) as AuthorizationRow);
  const placeOf = ({ type, value }: AuthorizationRow): number =>
    order.identifiers.indexOf(`${type}:${value}`);
  return { ...order, authorizations: rows.toSorted((a, b) => placeOf(a) - placeOf(b)) };
}

/** Columns as the fields of a row: times as dates, bytes as bytes. */
const readRow = (stored: Stored): unknown =>
  Object.fromEntries(
    Object.entries(stored).map(([column, value]) => [fieldOf(column), readValue(column, value)]),
  );

const fieldOf = (column: string): string =>
  column.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

function readValue(column: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (column.endsWith("_at") || column === "lease_until") return new Date(value);
  return column === "csr_der" ? new Uint8Array(Buffer.from(value.slice(2), "hex")) : value;
}

/** With its authorizations in the order of its identifiers. */
export const findOrderRow = (db: Database, id: string): Promise<OrderWithAuthorizations | null> =>
  findStored(db, "acme-order-by-id", storedOrderSql("$1"), id);

/** The order of an authorization. */
export const findOrderOfAuthorization = (
  db: Database,
  id: string,
): Promise<OrderWithAuthorizations | null> =>
  findStored(db, "acme-order-by-authorization", storedOrderSql(orderIdSql("$1")), id);

async function findStored(db: Database, name: string, sql: string, id: string) {
  const { rows } = await hotPool(db).query<{ found: StoredOrder | null }>({
    name,
    text: `select ${sql} as found`,
    values: [id],
  });
  return readStoredOrder(rows[0]?.found ?? null);
}

/** Whether an order that did not fail replaces this certificate. */
export async function isReplacedByOrder(db: Database, certId: string): Promise<boolean> {
  const where = { replaces: certId, status: { not: "invalid" } };
  return (await db.prisma.acmeOrder.count({ where })) > 0;
}

/** The newest orders of an account, from before `cursor`. */
export async function listOrderIds(
  db: Database,
  accountId: string,
  cursor: string | null,
  take: number,
): Promise<string[]> {
  const rows = await db.prisma.acmeOrder.findMany({
    where: { accountId, ...(cursor === null ? {} : { id: { lt: cursor } }) },
    select: { id: true },
    orderBy: { id: "desc" },
    take,
  });
  return rows.map(({ id }) => id);
}

/**
 * Claims an open order for this process until `leaseUntil`, with the CSR that it works on; with
 * `csrDer` null, one that another process left. False if another process has it.
 */
export async function claimOrder(
  db: Database,
  id: string,
  { now, leaseUntil, csrDer }: Readonly<{ now: Date; leaseUntil: Date; csrDer: Uint8Array | null }>,
): Promise<boolean> {
  const { rowCount } = await hotPool(db).query({
    name: csrDer === null ? "take-over-acme-order" : "claim-acme-order",
    text: `update acme_order set lease_until = $2, csr_der = coalesce($3::bytea, csr_der)
      where id = $1 and status = 'open' and (lease_until is null or lease_until < $4)
        and ($3::bytea is null) = (csr_der is not null)`,
    values: [id, leaseUntil.toISOString(), csrDer && Buffer.from(csrDer), now.toISOString()],
  });
  return rowCount === 1;
}

/**
 * Claims a pending authorization for this process until `leaseUntil`, with the challenge that it
 * validates. Returns whether its profile asks for CAA records; null if another challenge was chosen,
 * or another process has it.
 */
export async function claimAuthorization(
  db: Database,
  id: string,
  { challenge, now, leaseUntil }: Readonly<{ challenge: string; now: Date; leaseUntil: Date }>,
): Promise<Readonly<{ checksCaa: boolean }> | null> {
  const { rows } = await hotPool(db).query<{ checksCaa: boolean }>({
    name: "claim-acme-authorization",
    text: `update acme_authorization a set challenge = $2, lease_until = $3
      from acme_order o left join profile p on p.slug = o.profile
      where a.id = $1 and o.id = a.order_id and a.status = 'pending' and (a.challenge is null or a.challenge = $2)
        and (a.lease_until is null or a.lease_until < $4)
      returning coalesce(p.rules #> '{acme,caa}' = 'true', false) as "checksCaa"`,
    values: [id, challenge, leaseUntil.toISOString(), now.toISOString()],
  });
  return rows[0] ?? null;
}

/** Keeps a claimed authorization for this process until `leaseUntil`, if it is still pending. */
export async function renewAuthorizationClaim(
  db: Database,
  id: string,
  leaseUntil: Date,
): Promise<void> {
  await db.pool.query({
    name: "renew-acme-authorization",
    text: "update acme_authorization set lease_until = $2 where id = $1 and status = 'pending'",
    values: [id, leaseUntil.toISOString()],
  });
}

/**
 * Stores the outcome of a validation with its entry. False, and nothing is written, if the
 * authorization is not pending any more.
 */
export async function closeAuthorization(
  db: Database,
  id: string,
  change: Readonly<{
    status: "valid" | "invalid";
    authorizedBy: string | null;
    validatedAt: Date | null;
    problem: string | null;
  }>,
  entry: EncodedEntry,
): Promise<boolean> {
  const { rowCount } = await hotPool(db).query({
    name: "close-acme-authorization",
    text: `with closed as (
        update acme_authorization set status = $2, authorized_by = $3, validated_at = $4, problem = $5
          where id = $1 and status = 'pending' returning id
      )
      ${insertIntoInbox("select $6::bytea, $7, $8 from closed")}`,
    values: [
      id,
      change.status,
      change.authorizedBy,
      change.validatedAt && change.validatedAt.toISOString(),
      change.problem,
      ...entryValues(entry),
    ],
  });
  return rowCount === 1;
}

/** Closes an order with its entry. False, and nothing is written, if it is closed already. */
export async function closeOrder(
  db: Database,
  id: string,
  change:
    | Readonly<{ status: "valid"; certificateId: string; problem: null }>
    | Readonly<{ status: "invalid"; certificateId: null; problem: string }>,
  entry: EncodedEntry,
): Promise<boolean> {
  const { rowCount } = await hotPool(db).query({
    name: "close-acme-order",
    text: `with closed as (
        update acme_order set status = $2, certificate_id = $3, problem = $4
          where id = $1 and status = 'open' returning id
      )
      ${insertIntoInbox("select $5::bytea, $6, $7 from closed")}`,
    values: [id, change.status, change.certificateId, change.problem, ...entryValues(entry)],
  });
  return rowCount === 1;
}

/** The certificate that was planned or issued for this CSR since then; null if there is none. */
export async function findCertificateOfCsr(
  db: Database,
  {
    identityId,
    csrDer,
    since,
    spkiSha256,
  }: Readonly<{
    identityId: string;
    csrDer: Uint8Array;
    since: Date;
    spkiSha256: Uint8Array;
  }>,
): Promise<Readonly<{ id: string; state: string }> | null> {
  const { rows } = await db.pool.query<{ id: string; state: string }>({
    name: "find-certificate-of-acme-csr",
    text: `select id, state from certificate where spki_sha256 = $1 and identity_id = $2 and csr_der = $3 and created_at >= $4
        and not exists (select from acme_order o where o.certificate_id = certificate.id)
      order by state = 'issued' desc, created_at desc limit 1`,
    values: [Buffer.from(spkiSha256), identityId, Buffer.from(csrDer), since.toISOString()],
  });
  return rows[0] ?? null;
}
