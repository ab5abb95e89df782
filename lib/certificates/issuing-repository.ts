import type { Database } from "@/lib/db/database";
import { makeGroupCommit } from "@/lib/db/group-commit";
import { recordUnavailable } from "@/lib/log/record-unavailable";
import type { PlannedRow } from "./types";

// The two hot transactions of issuing, as prepared statements over many requests at once (docs/decisions): the plan with its entry, and the
// signed certificate with its entry. Within a batch each request stands and falls alone.
export type PlanItem = Readonly<{ row: PlannedRow; entry: Uint8Array }>;
export type IssueItem = Readonly<{
  id: string;
  der: Uint8Array;
  issuedAt: Date;
  entry: Uint8Array;
  entryId: string;
}>;
/** `done` is false if a guard in the statement stood in the way; then nothing was written and nothing recorded. */
type Settled = Readonly<{ done: boolean }> | Readonly<{ error: unknown }>;
type Intake = Readonly<{
  plan: (item: PlanItem) => Promise<Settled>;
  issue: (item: IssueItem) => Promise<Settled>;
}>;

const largestBatch = 200,
  planLanes = 2,
  issueLanes = 2;

// One statement is one transaction in one journey: whatever it stores gets its entry with it, and only that. Bytes travel joined in one
// value and rows point into it: serial, key hash, TBS, CSR and entry one after another. Keys are taken in their order, so that two batches
// that meet the same new keys wait for each other in the same order; a key that another batch takes at this moment is not seen, and the
// request is decided anew.
const takePlans = {
  name: "issuing_plans",
  text: `with allowed as materialized (
      select x.*, substr($1::bytea, x.o + x.sl, 32) as spki
      from unnest($2::int[], $3::int[], $4::int[], $5::int[], $6::int[], $7::text[], $8::text[], $9::text[], $10::int[], $11::text[], $12::text[], $13::text[], $14::text[],
        $15::text[], $16::timestamptz[], $17::timestamptz[], $18::text[], $19::text[], $20::text[], $21::timestamptz[]) with ordinality
        as x (o, sl, tl, cl, el, id, issuer_id, profile_id, profile_version, identity_id, subject_text, common_name, sans, key_algorithm, not_before, not_after,
          plan_entry_id, requested_by, predecessor_id, created_at, n)
      join identity i on i.id = x.identity_id and i.status = 'active'
      join profile p on p.id = x.profile_id and p.version = x.profile_version and p.status = 'active'
      join authority a on a.id = x.issuer_id and a.status = 'active'
    ), taken as (
      insert into public_key (spki_sha256, identity_id, blocked, created_at)
        select distinct on (spki) spki, identity_id, false, created_at from allowed order by spki, n
        on conflict do nothing returning spki_sha256, identity_id
    ), owned as (
      select spki_sha256, identity_id from taken
      union all select spki_sha256, identity_id from public_key where spki_sha256 = any(array(select spki from allowed)) and not blocked
    ), stored as (
      insert into certificate (id, issuer_id, serial, state, profile_id, profile_version, identity_id, subject_text, common_name, sans, key_algorithm, spki_sha256,
          not_before, not_after, tbs_der, plan_entry_id, csr_der, requested_by, predecessor_id, created_at)
        select x.id, x.issuer_id, substr($1::bytea, x.o, x.sl), 'planned', x.profile_id, x.profile_version, x.identity_id, x.subject_text, x.common_name,
          string_to_array(x.sans, e'\\x1f'), x.key_algorithm, x.spki, x.not_before, x.not_after, substr($1::bytea, x.o + x.sl + 32, x.tl), x.plan_entry_id,
          case when x.cl > 0 then substr($1::bytea, x.o + x.sl + 32 + x.tl, x.cl) end, x.requested_by, x.predecessor_id, x.created_at
        from allowed x join owned k on k.spki_sha256 = x.spki and k.identity_id = x.identity_id
        where x.predecessor_id is null or exists (select from certificate o where o.id = x.predecessor_id and o.state = 'issued' and o.identity_id = x.identity_id)
        on conflict do nothing returning id
    ), recorded as (
      insert into tlog.inbox (entry, entry_id, target_id) select substr($1::bytea, x.o + x.sl + 32 + x.tl + x.cl, x.el), x.plan_entry_id, x.id from allowed x join stored using (id) order by x.n
    )
    select id from stored`,
};

const takeSignatures = {
  name: "issuing_signatures",
  text: `with signed as materialized (
      select * from unnest($2::int[], $3::int[], $4::int[], $5::text[], $6::timestamptz[], $7::text[]) with ordinality as x (o, l, el, id, at, entry_id, n)
    ), stored as (
      update certificate c set state = 'issued', der = substr($1::bytea, x.o, x.l), fingerprint_sha256 = sha256(substr($1::bytea, x.o, x.l)), issued_at = x.at
        from signed x where c.id = x.id and c.state = 'planned' returning c.id
    ), recorded as (
      insert into tlog.inbox (entry, entry_id, target_id) select substr($1::bytea, x.o + x.l, x.el), x.entry_id, x.id from signed x join stored using (id) order by x.n
    )
    select id from stored`,
};

const iso = (at: Date): string => at.toISOString();

/** All parts one after another, and where each group of them begins, counted from 1. */
function joinParts(
  groups: readonly (readonly Uint8Array[])[],
): Readonly<{ bytes: Buffer; offsets: readonly number[] }> {
  const offsets: number[] = [];
  let next = 1;
  for (const parts of groups) {
    offsets.push(next);
    for (const part of parts) next += part.length;
  }
  return { bytes: Buffer.concat(groups.flat()), offsets };
}

function planValues(items: readonly PlanItem[]): unknown[] {
  const rows = items.map((item) => item.row);
  const { bytes, offsets } = joinParts(
    items.map(({ row, entry }) => [
      row.serial,
      row.spkiSha256,
      row.tbsDer,
      ...(row.csrDer ? [row.csrDer] : []),
      entry,
    ]),
  );
  return [
    bytes,
    offsets,
    rows.map((row) => row.serial.length),
    rows.map((row) => row.tbsDer.length),
    rows.map((row) => row.csrDer?.length ?? 0),
    items.map((item) => item.entry.length),
    rows.map((row) => row.id),
    rows.map((row) => row.issuerId),
    rows.map((row) => row.profileId),
    rows.map((row) => row.profileVersion),
    rows.map((row) => row.identityId),
    rows.map((row) => row.subjectText),
    rows.map((row) => row.commonName),
    rows.map((row) => row.sans.join("\u001f")),
    rows.map((row) => row.keyAlgorithm),
    rows.map((row) => iso(row.notBefore)),
    rows.map((row) => iso(row.notAfter)),
    rows.map((row) => row.planEntryId),
    rows.map((row) => row.requestedBy),
    rows.map((row) => row.predecessorId),
    rows.map((row) => iso(row.createdAt)),
  ];
}

function signatureValues(items: readonly IssueItem[]): unknown[] {
  const { bytes, offsets } = joinParts(items.map(({ der, entry }) => [der, entry]));
  return [
    bytes,
    offsets,
    items.map((item) => item.der.length),
    items.map((item) => item.entry.length),
    items.map((item) => item.id),
    items.map((item) => iso(item.issuedAt)),
    items.map((item) => item.entryId),
  ];
}

type Taking<T> = Readonly<{
  statement: Readonly<{ name: string; text: string }>;
  idOf: (item: T) => string;
  valuesOf: (items: readonly T[]) => unknown[];
}>;

/** One transaction: what was stored has its entries, and only that. */
async function storeTogether<T>(
  db: Database,
  items: readonly T[],
  { statement, idOf, valuesOf }: Taking<T>,
): Promise<Settled[]> {
  const { rows } = await db.pool.query<{ id: string }>({ ...statement, values: valuesOf(items) });
  const stored = new Set(rows.map((row) => row.id));
  return items.map((item) => ({ done: stored.has(idOf(item)) }));
}

/** What cannot be stored together is stored one by one, so that a broken request fails alone. */
function makeLane<T>(db: Database, lanes: number, taking: Taking<T>) {
  const one = (item: T): Promise<Settled> =>
    storeTogether(db, [item], taking).then(
      ([settled]) => settled ?? { done: false },
      (error: unknown) => ({ error: recordUnavailable(error) }),
    );
  return makeGroupCommit<T, Settled>({
    maxBatch: largestBatch,
    lanes,
    work: (items) => storeTogether(db, items, taking).catch(() => Promise.all(items.map(one))),
  });
}

const intakes = new WeakMap<Database, Intake>();

function intakeOf(db: Database): Intake {
  const known = intakes.get(db);
  if (known) return known;
  const made: Intake = {
    plan: makeLane<PlanItem>(db, planLanes, {
      statement: takePlans,
      idOf: (item) => item.row.id,
      valuesOf: planValues,
    }),
    issue: makeLane<IssueItem>(db, issueLanes, {
      statement: takeSignatures,
      idOf: (item) => item.id,
      valuesOf: signatureValues,
    }),
  };
  intakes.set(db, made);
  return made;
}

function settle(settled: Settled): boolean {
  if ("error" in settled) throw settled.error;
  return settled.done;
}

/**
 * Commits a plan with its entry, many at a time. False, and nothing written, if meanwhile the identity, profile version or authority is not what
 * was decided upon, the key has another owner or is blocked, the predecessor is taken, or the serial exists. Throws `record.unavailable`.
 */
export async function storePlan(db: Database, item: PlanItem): Promise<boolean> {
  return settle(await intakeOf(db).plan(item));
}

/** Commits a signed certificate with its entry, many at a time. False if its plan is not waiting any more. Throws `record.unavailable`. */
export async function storeSignature(db: Database, item: IssueItem): Promise<boolean> {
  return settle(await intakeOf(db).issue(item));
}
