// An inventory of many certificates, one identity for every ten, for benchmarks of what lists it.
export const perIdentity = 10;
export const teams = [
  "payments",
  "billing",
  "search",
  "storage",
  "mobile",
  "fraud",
  "identity",
  "core",
] as const;

/** The n-th id of its kind: 26 characters that a time and a number make. */
export function idOf(kind: "crt" | "idn", n: number): string {
  return `${kind}_01kb${n.toString().padStart(22, "0")}`;
}

export function nameOf(n: number): string {
  const identity = Math.floor(n / perIdentity);
  return `${teams[identity % teams.length]}-${identity}-${n % perIdentity}.svc.example.com`;
}

export function serialOf(n: number): string {
  return `5f${n.toString(16).padStart(30, "0")}`;
}

type AsSuper = (sql: string, values?: readonly unknown[]) => Promise<unknown>;
type Wish = Readonly<{
  /** The certificate that all are copies of. */
  from: string;
  certificates: number;
  now: Date;
}>;

/** Copies of one issued certificate, past the guards: the rows and sizes of a real inventory. */
export async function fillInventory(
  asSuper: AsSuper,
  { from, certificates, now }: Wish,
): Promise<void> {
  const identities = certificates / perIdentity;
  const tables = ["identity", "public_key", "certificate"];
  for (const table of tables) await asSuper(`alter table ${table} disable trigger all`);
  const teamOf = `(array[${teams.map((team) => `'${team}'`).join()}])[1 + i % ${teams.length}]`;
  await asSuper(
    `insert into identity (id, kind, name, owner, status, created_at, changed_at)
      select 'idn_01kb' || lpad(i::text, 22, '0'), case i % 8 when 0 then 'device' else 'service' end, ${teamOf} || ' service ' || i, ${teamOf} || '-team@example.com', 'active', now(), now()
        from generate_series(0, ${identities - 1}) i`,
  );
  await asSuper(
    `insert into public_key (spki_sha256, identity_id, created_at)
      select sha256(convert_to('key ' || n, 'UTF8')), 'idn_01kb' || lpad((n / ${perIdentity})::text, 22, '0'), now()
        from generate_series(0, ${certificates - 1}) n`,
  );
  await asSuper(
    `insert into certificate (id, issuer_id, serial, state, profile_id, profile_version, identity_id, subject_text, common_name, sans, key_algorithm,
        spki_sha256, not_before, not_after, tbs_der, plan_entry_id, der, fingerprint_sha256, requested_by, crl_shard, revoked_at, revocation_reason, created_at, issued_at)
      select 'crt_01kb' || lpad(n::text, 22, '0'), c.issuer_id, decode('5f' || lpad(to_hex(n), 30, '0'), 'hex'),
        case when n % 50 = 0 then 'revoked' else 'issued' end, c.profile_id, c.profile_version, 'idn_01kb' || lpad(i::text, 22, '0'),
        'CN=' || name, name, array['dns:' || name], c.key_algorithm, sha256(convert_to('key ' || n, 'UTF8')),
        begun, begun + interval '90 days', c.tbs_der, c.plan_entry_id, c.der, sha256(convert_to('certificate ' || n, 'UTF8')), c.requested_by, c.crl_shard,
        case when n % 50 = 0 then begun + interval '1 day' end, case when n % 50 = 0 then 'superseded' end, begun, begun
      from (select n, n / ${perIdentity} as i from generate_series(0, ${certificates - 1}) n) x,
        lateral (select ${teamOf} || '-' || i || '-' || n % ${perIdentity} || '.svc.example.com' as name, $2::timestamptz - interval '100 days' * ((n * 7919) % ${certificates}) / ${certificates} as begun) y,
        certificate c where c.id = $1`,
    [from, now],
  );
  await asSuper("vacuum analyze");
}
