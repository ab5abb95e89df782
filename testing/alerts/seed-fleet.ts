import type { Victim } from "./attacks";
import type { Member } from "./fleet";

const iso = (at: number): string => new Date(at).toISOString();

type Query = (sql: string, values?: readonly unknown[]) => Promise<unknown>;
const tables = ["identity", "certificate", "authority", "profile", "public_key", "signing_key"];

/**
 * Puts identities and certificates into the tables that no entry explains: by a superuser's
 * connection, with the guards off meanwhile.
 */
export async function seedFleet(
  query: Query,
  members: readonly Member[],
  victims: readonly Victim[],
  { begin, end }: Readonly<{ begin: number; end: number }>,
): Promise<void> {
  const identities = identityRows(members, victims);
  const certificates = certificateRows(members, victims, { begin, end });
  for (const table of tables) await query(`alter table ${table} disable trigger all`);
  try {
    await query(
      "insert into signing_key (id, algorithm, spki_der, created_at) values ('key_test', 'ec-p256', '\\x00', now()) on conflict do nothing",
    );
    await query(
      "insert into authority (id, slug, name, kind, status, key_algorithm, key_id, subject_text, crl_period_seconds, created_at) values ('ca_test', 'issuing', 'Issuing', 'issuing', 'active', 'ec-p256', 'key_test', 'CN=Issuing', 86400, now()) on conflict do nothing",
    );
    await query(
      `insert into identity (id, kind, name, owner, status, networks, created_at, changed_at)
      select id, kind, name, 'team@example.com', status, array(select jsonb_array_elements_text(networks)), $2, $2 from jsonb_to_recordset($1::jsonb) as i (id text, kind text, name text, status text, networks jsonb)`,
      [JSON.stringify(identities), iso(begin)],
    );
    await query(
      `insert into public_key (spki_sha256, identity_id, created_at) select decode(fingerprint, 'hex'), identity, $2 from jsonb_to_recordset($1::jsonb) as c (fingerprint text, identity text)`,
      [JSON.stringify(certificates), iso(begin)],
    );
    await query(
      `insert into certificate (id, issuer_id, serial, state, profile_id, profile_version, identity_id, subject_text, common_name, sans, key_algorithm, spki_sha256, not_before, not_after, tbs_der, plan_entry_id, der, fingerprint_sha256, requested_by, created_at, issued_at, revoked_at, revocation_reason)
      select id, 'ca_test', decode(serial, 'hex'), state, 'prf_test', 1, identity, 'CN=' || name, name, '{}', 'ec-p256', decode(fingerprint, 'hex'), "from", "to", '\\x00', 'ent_test', '\\x00', decode(fingerprint, 'hex'), 'test', "from", "from", revoked, case when revoked is null then null else 'keyCompromise' end
      from jsonb_to_recordset($1::jsonb) as c (id text, identity text, name text, serial text, fingerprint text, state text, "from" timestamptz, "to" timestamptz, revoked timestamptz)`,
      [JSON.stringify(certificates)],
    );
  } finally {
    for (const table of tables) await query(`alter table ${table} enable trigger all`);
  }
}

const identityRows = (members: readonly Member[], victims: readonly Victim[]) =>
  [
    ...members.map((member) => ({ member, suspended: false })),
    ...victims.map(({ member, suspended = false }) => ({ member, suspended })),
  ].map(({ member, suspended }) => ({
    id: member.id,
    kind: member.kind,
    name: member.name,
    status: suspended ? "suspended" : "active",
    networks: member.networks,
  }));

const certificateRows = (
  members: readonly Member[],
  victims: readonly Victim[],
  { begin, end }: Readonly<{ begin: number; end: number }>,
) =>
  [
    ...members.flatMap((member) =>
      [member.credential, member.successor].flatMap((credential) =>
        credential === null
          ? []
          : [
              {
                member,
                credential,
                state: "issued",
                from: iso(begin - 864e5),
                to: iso(end + 9e9),
                revoked: null as string | null,
              },
            ],
      ),
    ),
    ...victims.map(({ member, state, notBefore, notAfter, revokedAt }) => ({
      member,
      credential: member.credential,
      state,
      from: iso(notBefore),
      to: iso(notAfter),
      revoked: revokedAt === null ? null : iso(revokedAt),
    })),
  ].map(({ member, credential, ...rest }) => ({
    id: credential.certificateId,
    identity: member.id,
    name: member.name,
    serial: credential.serial,
    fingerprint: credential.fingerprintSha256,
    ...rest,
  }));
