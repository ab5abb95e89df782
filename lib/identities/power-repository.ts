import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { IdentityPower, PowerSource } from "./schema";

/**
 * The powers of the identity `i` of a query. Each change of them raises the identity's epoch, so
 * what is stored by a decision about them compares the epoch that was read with them.
 */
export const powersColumn = `array_remove(array[
  case when exists (select from account pa where pa.identity_id = i.id) then 'signs-in' end,
  case when exists (select from proxy pp where pp.identity_id = i.id and pp.status = 'active') then 'proxy' end,
  case when exists (select from ca_permission cp where cp.identity_id = i.id and cp.revoked_at is null) then 'ca' end,
  case when i.kind = 'system' then 'chancery' end], null)`;

export type PoweredIdentity = Readonly<{
  id: string;
  name: string;
  powers: readonly IdentityPower[];
}>;

const selectPowers = `select i.id, i.name, ${powersColumn} as powers from identity i`;

export async function listPowersOf(
  db: Database,
  identityIds: readonly string[],
): Promise<Map<string, readonly IdentityPower[]>> {
  const { rows } = await db.pool.query<PoweredIdentity>({
    name: "identity_powers",
    text: `${selectPowers} where i.id = any($1)`,
    values: [identityIds],
  });
  return new Map(rows.map(({ id, powers }) => [id, powers]));
}

export async function findPowers(
  { pool }: Pick<Database, "pool">,
  id: string,
): Promise<PoweredIdentity | null> {
  const { rows } = await pool.query<PoweredIdentity>({
    name: "identity_power",
    text: `${selectPowers} where i.id = $1`,
    values: [id],
  });
  return rows[0] ?? null;
}

/**
 * Until the transaction ends, no power can be conferred on the identity: that takes the row `for
 * update`. The powers are read after the lock, by a statement of their own, because a statement
 * that waited for it would still see what was before.
 */
export async function lockPowers(tx: AuditedTx, id: string): Promise<PoweredIdentity | null> {
  await tx.$queryRaw`select id from identity where id = ${id} for key share`;
  const rows = await tx.$queryRawUnsafe<PoweredIdentity[]>(`${selectPowers} where i.id = $1`, id);
  return rows[0] ?? null;
}

export type PowerSourceRow = Readonly<{
  identityId: string;
  power: IdentityPower;
  through: PowerSource | null;
}>;

/** Through which rows each of the identities has its powers. */
export async function listPowerSources(
  { pool }: Pick<Database, "pool">,
  identityIds: readonly string[],
): Promise<PowerSourceRow[]> {
  const { rows } = await pool.query<PowerSourceRow>({
    name: "identity_power_sources",
    text: `select identity_id as "identityId", 'signs-in' as power, json_build_object('kind', 'account', 'id', id, 'label', email) as through
        from account where identity_id = any($1)
      union all select p.identity_id, 'proxy', json_build_object('kind', 'proxy', 'id', p.id, 'label', i.name)
        from proxy p join identity i on i.id = p.identity_id where p.identity_id = any($1) and p.status = 'active'
      union all select identity_id, 'ca', json_build_object('kind', 'ca-permission', 'id', id, 'label', trust_domain)
        from ca_permission where identity_id = any($1) and revoked_at is null
      union all select id, 'chancery', null from identity where id = any($1) and kind = 'system'`,
    values: [identityIds],
  });
  return rows;
}

/** The identities that others could act through, newest first; without Chancery's own. */
export async function listPowerHolders(
  { pool }: Pick<Database, "pool">,
  before: string | null,
  take: number,
): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>({
    name: "power_holders",
    text: `select id from (select identity_id as id from account where identity_id is not null
        union select identity_id from proxy where status = 'active'
        union select identity_id from ca_permission where revoked_at is null) as holders where $1::text is null or id < $1 order by id desc limit $2`,
    values: [before, take],
  });
  return rows.map(({ id }) => id);
}
