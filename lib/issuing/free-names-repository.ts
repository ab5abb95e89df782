import type { Database, PoolClient } from "@/lib/db/database";
import { isUnreachable, sqlState } from "@/lib/db/errors";
import { lockNamesText, maxNames, maxNamesAtOnce } from "@/lib/identities/name-repository";
import type { NameRow } from "@/lib/identities/types";
import {
  insertEntriesValues,
  insertIntoInbox,
  joinEntries,
  recordUnavailable,
  type EncodedEntry,
} from "@/lib/log/record/inbox";
import type { PlannedRow } from "./plan-repository";

/** A plan, the names that it adds to its identity, and the entries of both. */
export type PlanWithFreeNames = Readonly<{
  row: PlannedRow;
  identityEpoch: number;
  names: readonly NameRow[];
  entries: readonly EncodedEntry[];
}>;

const lockIdentitySql = {
  name: "issuing_names_identity",
  text: `select from identity where id = $1 and status = 'active' and epoch = $2 for no key update`,
} as const;
const lockNamesSql = { name: "issuing_names_lock", text: lockNamesText } as const;

// What `addNames` checks one by one, as one statement after the same locks: no row of any identity
// overlaps a name, no account and no authority has it. Whatever else is the case is left to
// `addNames`, which also says what is in the way.
const insertSql = {
  name: "issuing_names_plan",
  text: `with wanted as materialized (
      select *, tlog.name_span_of(type, form, value) as span from jsonb_to_recordset($6::jsonb)
        as x (id text, "identityId" text, type text, form text, value text, origin text, "createdAt" timestamptz)
    ), allowed as materialized (
      select from identity i join profile p on p.id = $8 and p.version = $9 and p.status = 'active'
        join authority a on a.id = $7 and a.status = 'active'
        where i.id = $10
          and not exists (select from wanted w join identity_name n on n.state <> 'released' and n.span && w.span)
          and not exists (select from wanted w join account u on w.type = 'email' and w.span && tlog.name_span_of('email', 'exact', u.email))
          and not exists (select from wanted w join authority o on w.span && tlog.name_span_of('cn', 'exact', o.name))
          and (select count(*) from identity_name n where n.identity_id = i.id and n.state <> 'released')
            + (select count(*) from wanted) <= ${maxNames}
          and (select count(*) from wanted) <= ${maxNamesAtOnce}
    ), taken as (
      insert into public_key (spki_sha256, identity_id, created_at)
        select $11, $10, $12::timestamptz from allowed on conflict do nothing returning spki_sha256
    ), owned as materialized (
      select from taken union all select from allowed, public_key k
        where k.spki_sha256 = $11 and k.identity_id = $10 and not k.blocked
    ), named as (
      insert into identity_name (id, identity_id, type, form, value, state, origin, created_at, changed_at)
        select w.id, w."identityId", w.type, w.form, w.value, 'held', w.origin, w."createdAt", w."createdAt"
        from wanted w, owned order by lower(w.span) collate "C", w.id returning id
    ), counted as (
      update identity set names_epoch = names_epoch + 1 where id = $10 and exists (select from owned)
    ), stored as (
      insert into certificate (id, issuer_id, serial, state, profile_id, profile_version, identity_id, subject_text, common_name, sans, key_algorithm, spki_sha256,
          not_before, not_after, tbs_der, plan_entry_id, csr_der, requested_by, created_at)
        select $13, $7, $14, 'planned', $8, $9, $10, $15, $16, $17, $18, $11, $19::timestamptz, $20::timestamptz, $21, $22, $23, $24, $12::timestamptz from owned
        returning id
    ), recorded as (
      ${insertIntoInbox("select substr($1::bytea, o, l), e, t from stored, unnest($2::int[], $3::int[], $4::text[], $5::text[]) as part (o, l, e, t) order by o")}
    )
    select id from stored`,
} as const;

const iso = (at: Date): string => at.toISOString();

const valuesOf = ({ row, names, entries }: PlanWithFreeNames): unknown[] => [
  ...insertEntriesValues(joinEntries(entries)),
  JSON.stringify(names),
  row.issuerId,
  row.profileId,
  row.profileVersion,
  row.identityId,
  row.spkiSha256,
  iso(row.createdAt),
  row.id,
  row.serial,
  row.subjectText,
  row.commonName,
  row.sans,
  row.keyAlgorithm,
  iso(row.notBefore),
  iso(row.notAfter),
  row.tbsDer,
  row.planEntryId,
  row.csrDer,
  row.requestedBy,
];

async function storeIn(client: PoolClient, plan: PlanWithFreeNames): Promise<boolean> {
  await client.query("begin");
  const { row, names, identityEpoch } = plan;
  const locked = await client.query({
    ...lockIdentitySql,
    values: [row.identityId, identityEpoch],
  });
  if (locked.rowCount !== 1) return false;
  await client.query({ ...lockNamesSql, values: [JSON.stringify(names)] });
  const { rowCount } = await client.query({ ...insertSql, values: valuesOf(plan) });
  return rowCount === 1;
}

/**
 * Commits a plan together with the names that it adds, with their entries, in prepared statements,
 * if nothing overlaps the names and all that the plan rests on is as it was. False, and nothing is
 * written, if anything is otherwise or if a guard of the database refuses. Throws
 * `record.unavailable`, whose cause says whether the commit may have happened.
 */
export async function storePlanWithFreeNames(
  db: Database,
  plan: PlanWithFreeNames,
): Promise<boolean> {
  const client = await db.pool.connect().catch((error: unknown) => {
    throw recordUnavailable(error);
  });
  let isBroken: Error | undefined;
  try {
    const isStored = await storeIn(client, plan);
    await client.query(isStored ? "commit" : "rollback");
    return isStored;
  } catch (error) {
    await client.query("rollback").catch((cause: unknown) => {
      isBroken = new Error("the transaction could not be rolled back", { cause });
    });
    if (sqlState(error) !== null && !isUnreachable(error)) return false;
    throw recordUnavailable(error);
  } finally {
    client.release(isBroken);
  }
}
