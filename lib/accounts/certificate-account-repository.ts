import type { Database } from "@/lib/db/database";

/** A certificate with its identity, and the account that this identity signs in to, if there is one. */
export type CertificateAccountRow = Readonly<{
  id: string;
  state: string;
  not_before: Date;
  not_after: Date;
  identity_name: string;
  identity_kind: string;
  identity_status: string;
  account: Readonly<{
    id: string;
    email: string;
    name: string;
    role: string;
    status: string;
  }> | null;
}>;

export async function findCertificateAccount(
  db: Database,
  certificateId: string,
): Promise<CertificateAccountRow | null> {
  const { rows } = await db.pool.query<CertificateAccountRow>({
    name: "find-certificate-account",
    text: `select c.id, c.state, c.not_before, c.not_after, i.name as identity_name, i.kind as identity_kind, i.status as identity_status,
        case when a.id is not null then json_build_object('id', a.id, 'email', a.email, 'name', a.name, 'role', a.role, 'status', a.status) end as account
      from certificate c join identity i on i.id = c.identity_id left join account a on a.identity_id = i.id where c.id = $1`,
    values: [certificateId],
  });
  return rows[0] ?? null;
}

/** Whether certificates of that identity sign in to an account. */
export async function hasAccount(db: Database, identityId: string): Promise<boolean> {
  const { rows } = await db.pool.query({
    name: "has-account",
    text: "select 1 from account where identity_id = $1",
    values: [identityId],
  });
  return rows.length > 0;
}
