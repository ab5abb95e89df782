import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";

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

/** Stores an order and what authorizes its names. */
export async function insertOrder(
  tx: AuditedTx,
  order: NewOrder,
  authorizations: readonly NewAuthorization[],
): Promise<void> {
  await tx.acmeOrder.create({ data: { ...order, identifiers: [...order.identifiers] } });
  await tx.acmeAuthorization.createMany({ data: [...authorizations] });
}

const orderColumns = `o.id, o.account_id as "accountId", o.identity_id as "identityId", o.profile,
  o.identifiers, o.status, o.replaces, o.certificate_id as "certificateId", o.problem,
  o.csr_der as "csrDer", o.lease_until as "leaseUntil", o.created_at as "createdAt",
  o.expires_at as "expiresAt"`;
const authorizationColumns = `a.id, a.order_id as "orderId", a.account_id as "accountId", a.type, a.value,
  a.wildcard, a.status, a.authorized_by as "authorizedBy", a.token, a.challenge, a.problem,
  a.validated_at as "validatedAt", a.lease_until as "leaseUntil", a.created_at as "createdAt",
  a.expires_at as "expiresAt"`;

async function selectOrder(db: Database, id: string): Promise<OrderRow | null> {
  const { rows } = await db.pool.query<OrderRow>({
    name: "acme-order-by-id",
    text: `select ${orderColumns} from acme_order o where o.id = $1`,
    values: [id],
  });
  return rows[0] ?? null;
}

/** With its authorizations in the order of its identifiers. */
export async function findOrderRow(
  db: Database,
  id: string,
): Promise<OrderWithAuthorizations | null> {
  const [order, { rows }] = await Promise.all([
    selectOrder(db, id),
    db.pool.query<AuthorizationRow>({
      name: "acme-authorizations-of-order",
      text: `select ${authorizationColumns} from acme_authorization a where a.order_id = $1`,
      values: [id],
    }),
  ]);
  if (order === null) return null;
  const placeOf = ({ type, value }: AuthorizationRow): number =>
    order.identifiers.indexOf(`${type}:${value}`);
  return { ...order, authorizations: rows.toSorted((a, b) => placeOf(a) - placeOf(b)) };
}

export async function findAuthorizationRow(
  db: Database,
  id: string,
): Promise<(AuthorizationRow & Readonly<{ order: OrderRow }>) | null> {
  const { rows } = await db.pool.query<AuthorizationRow>({
    name: "acme-authorization-by-id",
    text: `select ${authorizationColumns} from acme_authorization a where a.id = $1`,
    values: [id],
  });
  const order = rows[0] && (await selectOrder(db, rows[0].orderId));
  return rows[0] && order ? { ...rows[0], order } : null;
}

/** Orders of an account that can still be finalized. */
export function countOpenOrders(db: Database, accountId: string, now: Date): Promise<number> {
  return db.prisma.acmeOrder.count({
    where: { accountId, status: "open", expiresAt: { gt: now } },
  });
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
  const { rowCount } = await db.pool.query({
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
 * validates. False if another challenge was chosen, or another process has it.
 */
export async function claimAuthorization(
  db: Database,
  id: string,
  { challenge, now, leaseUntil }: Readonly<{ challenge: string; now: Date; leaseUntil: Date }>,
): Promise<boolean> {
  const { rowCount } = await db.pool.query({
    name: "claim-acme-authorization",
    text: `update acme_authorization set challenge = $2, lease_until = $3
      where id = $1 and status = 'pending' and (challenge is null or challenge = $2)
        and (lease_until is null or lease_until < $4)`,
    values: [id, challenge, leaseUntil.toISOString(), now.toISOString()],
  });
  return rowCount === 1;
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

/** False if the authorization is not pending any more. */
export async function closeAuthorization(
  tx: AuditedTx,
  id: string,
  change: Readonly<{
    status: string;
    authorizedBy?: string;
    validatedAt?: Date;
    problem?: string;
  }>,
): Promise<boolean> {
  const where =
    change.status === "deactivated"
      ? { id, status: { in: ["pending", "valid"] } }
      : { id, status: "pending" };
  const { count } = await tx.acmeAuthorization.updateMany({ where, data: change });
  return count === 1;
}

/** False if the order is closed already. */
export async function closeOrder(
  tx: AuditedTx,
  id: string,
  change:
    | Readonly<{ status: "valid"; certificateId: string }>
    | Readonly<{ status: "invalid"; problem: string }>,
): Promise<boolean> {
  const { count } = await tx.acmeOrder.updateMany({ where: { id, status: "open" }, data: change });
  return count === 1;
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
