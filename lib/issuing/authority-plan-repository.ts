import type { AuthorityRow } from "@/lib/authorities/authority-repository";
import type { Database } from "@/lib/db/database";
import { insertIdentity, type IdentityRow } from "@/lib/identities/identity-repository";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import { insertPlanned, markIssued, type PlannedRow } from "./plan-repository";

/** Prisma accepts bytes only if they own their whole buffer. */
const bytes = (view: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(view);

/** Inserts a pending authority on a key of the signer, its identity, and the plan of its certificate. */
export async function insertAuthority(
  tx: AuditedTx,
  rows: Readonly<{
    authority: AuthorityRow;
    identity: IdentityRow;
    plan: PlannedRow;
  }>,
): Promise<void> {
  const { authority, identity, plan } = rows;
  await tx.authority.create({ data: { ...authority, certificateDer: null } });
  await insertIdentity(tx, identity);
  await insertPlanned(tx, plan);
}

/**
 * The subjects of all authorities that are active or can become so. Until the transaction ends, no other one
 * reads them: two requests can't both find a subject free.
 */
export async function lockAuthoritySubjects(tx: AuditedTx): Promise<string[]> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended('authority subjects', 0))`;
  const rows = await tx.$queryRaw<{ subjectText: string }[]>`
    select a.subject_text as "subjectText" from authority a join signing_key k on k.id = a.key_id
    where a.status <> 'retired' and (a.status <> 'pending'
      or exists (select from certificate c where c.spki_sha256 = sha256(k.spki_der) and c.state = 'planned'))`;
  return rows.map(({ subjectText }) => subjectText);
}

type Signed = Parameters<typeof markIssued>[2];

/** Stores the signed certificate and activates the authority. False if it is active already. */
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

export type PendingAuthorityPlan = Readonly<{
  id: string;
  commonName: string;
  subjectText: string;
  serial: Uint8Array;
  tbsDer: Uint8Array;
  notAfter: Date;
}>;

/** The planned certificate of a pending authority, found by the authority's key. */
export async function findPendingAuthorityPlan(
  db: Database,
  authorityId: string,
): Promise<PendingAuthorityPlan | null> {
  const { rows } = await db.pool.query<PendingAuthorityPlan>(
    `select c.id, c.common_name as "commonName", c.subject_text as "subjectText", c.serial, c.tbs_der as "tbsDer", c.not_after as "notAfter"
     from authority a join signing_key k on k.id = a.key_id join certificate c on c.spki_sha256 = sha256(k.spki_der)
     where a.id = $1 and a.status = 'pending' and c.state = 'planned' order by c.created_at desc limit 1`,
    [authorityId],
  );
  return rows[0] ?? null;
}

/** The pending authority with this key, if any. */
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

export async function findOrganizationName(db: Database): Promise<string | null> {
  return (await db.prisma.organization.findFirst({ select: { name: true } }))?.name ?? null;
}
