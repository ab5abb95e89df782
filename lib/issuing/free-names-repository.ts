import { type Database, hotPool, type PoolClient } from "@/lib/db/database";
import { isDatabaseUnable, sqlState } from "@/lib/db/errors";
import { makeGroupCommit } from "@/lib/db/group-commit";
import { lockNamesText, maxNames, maxNamesAtOnce } from "@/lib/identities/name-repository";
import type { NameRow } from "@/lib/identities/types";
import {
  commitFailed,
  insertIntoInbox,
  joinEntries,
  recordUnavailable,
  type EncodedEntry,
} from "@/lib/log/record/inbox";
import { markClaimStatement, markClaimValues } from "@/lib/log/record/mark-claim";
import type { KeyClaim } from "@/lib/log/request-scope";
import type { PlannedRow } from "./plan-repository";
import {
  basisJoins,
  insertCertificatesSql,
  keyHashSql,
  nextParameter,
  ownedKeysSql,
  plansFrom,
  planValues,
} from "./plan-batch-repository";

/** A plan, the names that it adds to its identity, and the entries of both. */
export type PlanWithFreeNames = Readonly<{
  row: PlannedRow;
  identityEpoch: number;
  names: readonly NameRow[];
  entries: readonly EncodedEntry[];
  /** The Idempotency-Key of the request; nothing is stored once its claim was taken over. */
  claim: KeyClaim | null;
}>;

const lockIdentitiesSql = {
  name: "issuing_names_identities",
  text: `select from identity where id = any($1) order by id for no key update`,
} as const;
const lockNamesSql = { name: "issuing_names_lock", text: lockNamesText } as const;

const [names, bytes, items, offsets, lengths, ids, targets] = Array.from(
  { length: 7 },
  (_none, at) => `$${nextParameter + at}`,
);

// What `addNames` checks one by one, as one statement after the same locks: no row of any identity
// overlaps a name, no account and no authority has it. Whatever else is the case is left to
// `addNames`, which also says what is in the way.
const insertSql = {
  name: "issuing_names_plans",
  text: `with wanted as materialized (
      select *, tlog.name_span_of(type, form, value) as span from jsonb_to_recordset(${names}::jsonb)
        as w (item int, id text, "identityId" text, type text, form text, value text, origin text, "createdAt" timestamptz)
    ), allowed as materialized (
      select x.*, ${keyHashSql} as spki
      from ${plansFrom()}
      ${basisJoins}
        where not exists (select from wanted w join identity_name n on n.state <> 'released' and n.span && w.span where w.item = x.n)
          and not exists (select from wanted w join account u on w.type = 'email' and w.span && tlog.name_span_of('email', 'exact', u.email) where w.item = x.n)
          and not exists (select from wanted w join authority o on w.span && tlog.name_span_of('cn', 'exact', o.name) where w.item = x.n)
          and (select count(*) from identity_name n where n.identity_id = i.id and n.state <> 'released')
            + (select count(*) from wanted w where w.item = x.n) <= ${maxNames}
          and (select count(*) from wanted w where w.item = x.n) <= ${maxNamesAtOnce}
    ), ${ownedKeysSql}, whole as materialized (
      select x.* from allowed x join owned k on k.spki_sha256 = x.spki and k.identity_id = x.identity_id
    ), named as (
      insert into identity_name (id, identity_id, type, form, value, state, origin, created_at, changed_at)
        select w.id, w."identityId", w.type, w.form, w.value, 'held', w.origin, w."createdAt", w."createdAt"
        from wanted w join whole x on x.n = w.item order by lower(w.span) collate "C", w.id returning id
    ), counted as (
      update identity set names_epoch = names_epoch + 1 where id in (select identity_id from whole)
    ), stored as (
      ${insertCertificatesSql} from whole x
        returning id
    ), recorded as (
      ${insertIntoInbox(
        `select substr(${bytes}::bytea, e.o, e.l), e.id, e.target
        from unnest(${items}::int[], ${offsets}::int[], ${lengths}::int[], ${ids}::text[], ${targets}::text[]) as e (item, o, l, id, target)
          join whole x on x.n = e.item join stored on stored.id = x.id order by e.o`,
      )}
    )
    select id from stored`,
} as const;

const nothing = new Uint8Array();

function valuesOf(plans: readonly PlanWithFreeNames[]): unknown[] {
  const entries = plans.flatMap((plan, at) => plan.entries.map(() => at + 1));
  const joined = joinEntries(plans.flatMap((plan) => plan.entries));
  return [
    ...planValues(plans.map(({ row, identityEpoch }) => ({ row, identityEpoch, entry: nothing }))),
    JSON.stringify(
      plans.flatMap((plan, at) => plan.names.map((name) => ({ ...name, item: at + 1 }))),
    ),
    joined.bytes,
    entries,
    joined.offsets,
    joined.lengths,
    joined.ids,
    joined.targets,
  ];
}

/** A guard of the database refused, or a concurrent request won. */
function isRefusal(error: unknown): boolean {
  const state = sqlState(error);
  return state !== null && (state.startsWith("40") || !isDatabaseUnable(error));
}

/**
 * Returns the ids of the plans that were stored; the others left nothing behind. Null if the
 * transaction must be rolled back, because the claim of a stored plan was taken over.
 */
async function storeIn(
  client: PoolClient,
  plans: readonly PlanWithFreeNames[],
): Promise<ReadonlySet<string> | null> {
  await client.query("begin");
  const identities = plans.map(({ row }) => row.identityId);
  await client.query({ ...lockIdentitiesSql, values: [identities] });
  const wanted = plans.flatMap((plan) => plan.names);
  await client.query({ ...lockNamesSql, values: [JSON.stringify(wanted)] });
  const { rows } = await client.query<{ id: string }>({ ...insertSql, values: valuesOf(plans) });
  const stored = new Set(rows.map(({ id }) => id));
  for (const { row, claim } of plans) {
    if (claim === null || !stored.has(row.id)) continue;
    const mark = { entryId: row.planEntryId, targetId: row.id, answer: null };
    const values = markClaimValues(claim, mark);
    const marked = await client.query({ ...markClaimStatement, values });
    if (marked.rowCount !== 1) return null;
  }
  return stored;
}

type Result = Readonly<{ stored: boolean }> | Readonly<{ error: unknown }>;

/**
 * Stores plans of different identities in one transaction. Null, and nothing is written, if a guard
 * of the database refuses one of them or if the claim of one was taken over. Throws
 * `record.unavailable`, or `outcome.unknown` if the commit may have happened.
 */
async function storeTogether(
  db: Database,
  plans: readonly PlanWithFreeNames[],
): Promise<readonly Result[] | null> {
  const client = await hotPool(db)
    .connect()
    .catch((error: unknown) => {
      throw recordUnavailable(error);
    });
  let isBroken: Error | undefined;
  let isCommitting = false;
  try {
    const stored = await storeIn(client, plans);
    if (stored === null) {
      await client.query("rollback");
      return null;
    }
    isCommitting = true;
    await client.query("commit");
    return plans.map(({ row }) => ({ stored: stored.has(row.id) }));
  } catch (error) {
    await client.query("rollback").catch((cause: unknown) => {
      isBroken = new Error("the transaction could not be rolled back", { cause });
    });
    if (isRefusal(error)) return null;
    throw isCommitting ? commitFailed(error) : recordUnavailable(error);
  } finally {
    client.release(isBroken);
  }
}

const maxBatch = 50;
const concurrency = 2;

/** If the database refuses a batch, its plans are stored one by one, so that only the bad one fails. */
function makeBatcher(db: Database): (plan: PlanWithFreeNames) => Promise<Result> {
  const storeOne = async (plan: PlanWithFreeNames): Promise<Result> => {
    try {
      return (await storeTogether(db, [plan]))?.[0] ?? { stored: false };
    } catch (error) {
      return { error };
    }
  };
  return makeGroupCommit<PlanWithFreeNames, Result>({
    maxBatch,
    concurrency,
    work: async (plans) =>
      (plans.length > 1 ? await storeTogether(db, plans) : null) ??
      Promise.all(plans.map(storeOne)),
  });
}

const batchers = new WeakMap<Database, (plan: PlanWithFreeNames) => Promise<Result>>();

/**
 * Commits a plan together with the names that it adds, with their entries, in prepared statements,
 * batched with plans of other identities, if nothing overlaps the names and all that the plan rests
 * on is as it was. False, and nothing is written, if anything is otherwise or if a guard of the
 * database refuses. Throws `record.unavailable`, or `outcome.unknown` if the commit may have
 * happened.
 */
export async function storePlanWithFreeNames(
  db: Database,
  plan: PlanWithFreeNames,
): Promise<boolean> {
  const store = batchers.get(db) ?? makeBatcher(db);
  batchers.set(db, store);
  const result = await store(plan);
  if ("error" in result) throw result.error;
  return result.stored;
}
