import type { Database } from "@/lib/db/database";
import { insertPlanned, markIssued } from "@/lib/certificates/certificates-repository";
import { insertIdentity } from "@/lib/identities/identities-repository";
import type { AuditedTx } from "@/lib/log/audited-transaction";
import type { PlannedRow } from "@/lib/certificates/types";

export type AuthorityRow = Readonly<{
  id: string;
  slug: string;
  name: string;
  kind: string;
  status: string;
  keyAlgorithm: string;
  keyId: string;
  parentId: string | null;
  certificateId: string | null;
  certificateDer: Uint8Array | null;
  subjectText: string;
  notAfter: Date | null;
  crlPeriodSeconds: number;
  createdAt: Date;
}>;
type KeyRow = Readonly<{
  id: string;
  algorithm: string;
  spkiDer: Uint8Array;
  sealed: Uint8Array;
  createdAt: Date;
}>;

/** Prisma wants bytes in a buffer of their own. */
const bytes = (view: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(view);

type IdentityRow = Parameters<typeof insertIdentity>[1];

/** An authority as it begins: its sealed key, its own identity, and the plan of its certificate. */
export async function insertAuthority(
  tx: AuditedTx,
  parts: Readonly<{
    authority: AuthorityRow;
    key: KeyRow;
    identity: IdentityRow;
    plan: PlannedRow;
  }>,
): Promise<void> {
  const { authority, key, identity, plan } = parts;
  await tx.signingKey.create({
    data: { ...key, spkiDer: bytes(key.spkiDer), sealed: bytes(key.sealed) },
  });
  await tx.authority.create({ data: { ...authority, certificateDer: null } });
  await insertIdentity(tx, identity);
  await insertPlanned(tx, plan);
}

type Signed = Parameters<typeof markIssued>[2];

/** Stores the signed certificate and puts the authority to work. False if that has happened already. */
export async function activateAuthorityRow(
  tx: AuditedTx,
  id: string,
  certificate: Readonly<{ id: string; notAfter: Date; signed: Signed }>,
): Promise<boolean> {
  if (!(await markIssued(tx, certificate.id, certificate.signed))) return false;
  const data = {
    status: "active",
    certificateId: certificate.id,
    certificateDer: bytes(certificate.signed.der),
    notAfter: certificate.notAfter,
  };
  const { count } = await tx.authority.updateMany({ where: { id, status: "pending" }, data });
  return count === 1;
}

export async function findAuthorityRow(db: Database, ref: string): Promise<AuthorityRow | null> {
  return db.prisma.authority.findFirst({ where: { OR: [{ id: ref }, { slug: ref }] } });
}

export async function listAuthorityRows(db: Database): Promise<AuthorityRow[]> {
  return db.prisma.authority.findMany({ orderBy: [{ createdAt: "asc" }, { id: "asc" }] });
}

export type OwnPlan = Readonly<{
  id: string;
  commonName: string;
  subjectText: string;
  serial: Uint8Array;
  tbsDer: Uint8Array;
  notAfter: Date;
}>;

/** The planned certificate of an authority that was begun and not finished, found by its key. */
export async function findOwnPlan(db: Database, authorityId: string): Promise<OwnPlan | null> {
  const { rows } = await db.pool.query<OwnPlan>(
    `select c.id, c.common_name as "commonName", c.subject_text as "subjectText", c.serial, c.tbs_der as "tbsDer", c.not_after as "notAfter"
     from authority a join signing_key k on k.id = a.key_id join certificate c on c.spki_sha256 = sha256(k.spki_der)
     where a.id = $1 and a.status = 'pending' and c.state = 'planned' order by c.created_at desc limit 1`,
    [authorityId],
  );
  return rows[0] ?? null;
}

export async function findOrganizationName(db: Database): Promise<string | null> {
  return (await db.prisma.organization.findFirst({ select: { name: true } }))?.name ?? null;
}

export type IssuedCounts = Readonly<{ valid: number; revoked: number; expired: number }>;

export async function countIssuedBy(
  db: Database,
  ids: readonly string[],
  now: Date,
): Promise<Map<string, IssuedCounts>> {
  const { rows } = await db.pool.query<IssuedCounts & { id: string }>(
    `select issuer_id as id, count(*) filter (where state = 'issued' and not_after >= $2)::int as valid,
       count(*) filter (where state in ('revoked', 'held'))::int as revoked, count(*) filter (where state = 'issued' and not_after < $2)::int as expired
     from certificate where issuer_id = any($1) group by issuer_id`,
    [ids, now],
  );
  return new Map(rows.map(({ id, ...counts }) => [id, counts]));
}

export async function findPendingAuthorityByKey(
  db: Database,
  spkiSha256: Uint8Array,
): Promise<{ id: string } | null> {
  const { rows } = await db.pool.query<{ id: string }>(
    "select a.id from authority a join signing_key k on k.id = a.key_id where a.status = 'pending' and sha256(k.spki_der) = $1",
    [Buffer.from(spkiSha256)],
  );
  return rows[0] ?? null;
}
