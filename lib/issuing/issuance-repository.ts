import { insertIntoInbox } from "@/lib/log/record/inbox";
import type { Database } from "@/lib/db/database";
import { makeGroupCommit } from "@/lib/db/group-commit";
import { recordUnavailable } from "@/lib/log/record/inbox";
import type { PlannedRow } from "./plan-repository";

// The two hot transactions of issuing, each as one prepared statement over many requests (decision
// 6): the plan with its entry, and the signed certificate with its entry. In a batch, each request
// succeeds or fails independently.
export type PlanItem = Readonly<{
  row: PlannedRow;
  /** Of the identity that the decision rests on: its names, status, networks and powers. */
  identityEpoch: number;
  entry: Uint8Array;
}>;
export type SignatureItem = Readonly<{
  id: string;
  der: Uint8Array;
  issuedAt: Date;
  entry: Uint8Array;
  entryId: string;
}>;

/**
 * Commits a plan with its entry, batched with others. False, and nothing is written, if the
 * identity's epoch, the profile version or the authority has changed since the decision, the key
 * has another owner or is blocked, the predecessor has a successor, or the serial number exists.
 * Throws `record.unavailable`.
 */
export async function storePlan(db: Database, item: PlanItem): Promise<boolean> {
  return isStored(await batchesOf(db).plans(item));
}

/**
 * Commits a signed certificate with its entry, batched with others. False if its plan is no longer
 * pending. Throws `record.unavailable`.
 */
export async function storeSignature(db: Database, item: SignatureItem): Promise<boolean> {
  return isStored(await batchesOf(db).signatures(item));
}

// One statement is one transaction in one round trip: an entry is inserted exactly for each row
// that is stored. Bytes are sent as one joined value, and rows point into it: serial number, key
// hash, TBS, CSR and entry one after another. Keys are inserted in sorted order, so that two batches
// with the same new keys lock them in the same order. A key that a concurrent batch is inserting is
// not visible here; that request is not stored, and its caller decides it again.
// The identity is locked as the foreign key would lock it anyway, but before its epoch is compared:
// what confers power or takes a name away locks it `for update`, so one of the two waits, and then
// either the plan is decided again or the other sees the planned certificate.
const insertPlans = {
  name: "issuing_plans",
  text: `with allowed as materialized (
      select x.*, substr($1::bytea, x.o + x.sl, 32) as spki
      from unnest($2::int[], $3::int[], $4::int[], $5::int[], $6::int[], $7::text[], $8::text[], $9::text[], $10::int[], $11::text[], $12::text[], $13::text[], $14::text[],
        $15::text[], $16::timestamptz[], $17::timestamptz[], $18::text[], $19::text[], $20::text[], $21::timestamptz[], $22::int[]) with ordinality
        as x (o, sl, tl, cl, el, id, issuer_id, profile_id, profile_version, identity_id, subject_text, common_name, sans, key_algorithm, not_before, not_after,
          plan_entry_id, requested_by, predecessor_id, created_at, epoch, n)
      join identity i on i.id = x.identity_id and i.status = 'active' and i.epoch = x.epoch
      join profile p on p.id = x.profile_id and p.version = x.profile_version and p.status = 'active'
      join authority a on a.id = x.issuer_id and a.status = 'active'
      for key share of i
    ), taken as (
      insert into public_key (spki_sha256, identity_id, created_at)
        select distinct on (spki) spki, identity_id, created_at from allowed order by spki, n
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
      ${insertIntoInbox("select substr($1::bytea, x.o + x.sl + 32 + x.tl + x.cl, x.el), x.plan_entry_id, x.id from allowed x join stored using (id) order by x.n")}
    )
    select id from stored`,
};

const insertSignatures = {
  name: "issuing_signatures",
  text: `with signed as materialized (
      select * from unnest($2::int[], $3::int[], $4::int[], $5::text[], $6::timestamptz[], $7::text[]) with ordinality as x (o, l, el, id, at, entry_id, n)
    ), stored as (
      update certificate c set state = 'issued', der = substr($1::bytea, x.o, x.l), fingerprint_sha256 = sha256(substr($1::bytea, x.o, x.l)), issued_at = x.at
        from signed x where c.id = x.id and c.state = 'planned' returning c.id
    ), recorded as (
      ${insertIntoInbox("select substr($1::bytea, x.o + x.l, x.el), x.entry_id, x.id from signed x join stored using (id) order by x.n")}
    )
    select id from stored`,
};

const iso = (at: Date): string => at.toISOString();

/** All byte strings concatenated, and the offset of each group (from 1, as PostgreSQL counts). */
function joinBytes(
  groups: readonly (readonly Uint8Array[])[],
): Readonly<{ bytes: Buffer; offsets: readonly number[] }> {
  const offsets: number[] = [];
  let next = 1;
  for (const group of groups) {
    offsets.push(next);
    for (const bytes of group) next += bytes.length;
  }
  return { bytes: Buffer.concat(groups.flat()), offsets };
}

function planValues(items: readonly PlanItem[]): unknown[] {
  const rows = items.map((item) => item.row);
  const { bytes, offsets } = joinBytes(
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
    items.map((item) => item.identityEpoch),
  ];
}

function signatureValues(items: readonly SignatureItem[]): unknown[] {
  const { bytes, offsets } = joinBytes(items.map(({ der, entry }) => [der, entry]));
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

/** `stored` is false if a guard in the statement did not hold; then nothing was written. */
type StoreResult = Readonly<{ stored: boolean }> | Readonly<{ error: unknown }>;

function isStored(result: StoreResult): boolean {
  if ("error" in result) throw result.error;
  return result.stored;
}

type BatchInsert<T> = Readonly<{
  statement: Readonly<{ name: string; text: string }>;
  idOf: (item: T) => string;
  valuesOf: (items: readonly T[]) => unknown[];
}>;

async function storeBatch<T>(
  db: Database,
  items: readonly T[],
  { statement, idOf, valuesOf }: BatchInsert<T>,
): Promise<StoreResult[]> {
  const { rows } = await db.pool.query<{ id: string }>({ ...statement, values: valuesOf(items) });
  const storedIds = new Set(rows.map((row) => row.id));
  return items.map((item) => ({ stored: storedIds.has(idOf(item)) }));
}

const maxBatch = 200;
const concurrency = 2;

/** If a batch fails as a whole, its items are stored one by one, so that only the bad one fails. */
function makeBatcher<T>(db: Database, insert: BatchInsert<T>) {
  const storeOne = (item: T): Promise<StoreResult> =>
    storeBatch(db, [item], insert).then(
      ([result]) => result ?? { stored: false },
      (error: unknown) => ({ error: recordUnavailable(error) }),
    );
  return makeGroupCommit<T, StoreResult>({
    maxBatch,
    concurrency,
    work: (items) => storeBatch(db, items, insert).catch(() => Promise.all(items.map(storeOne))),
  });
}

type Batches = Readonly<{
  plans: (item: PlanItem) => Promise<StoreResult>;
  signatures: (item: SignatureItem) => Promise<StoreResult>;
}>;
const batchesByDatabase = new WeakMap<Database, Batches>();

function batchesOf(db: Database): Batches {
  const existing = batchesByDatabase.get(db);
  if (existing) return existing;
  const batches: Batches = {
    plans: makeBatcher<PlanItem>(db, {
      statement: insertPlans,
      idOf: (item) => item.row.id,
      valuesOf: planValues,
    }),
    signatures: makeBatcher<SignatureItem>(db, {
      statement: insertSignatures,
      idOf: (item) => item.id,
      valuesOf: signatureValues,
    }),
  };
  batchesByDatabase.set(db, batches);
  return batches;
}
