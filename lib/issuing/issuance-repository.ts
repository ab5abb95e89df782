import { insertIntoInbox } from "@/lib/log/record/inbox";
import { type Database, hotPool } from "@/lib/db/database";
import { makeGroupCommit } from "@/lib/db/group-commit";
import {
  basisJoins,
  entrySql,
  insertCertificatesSql,
  iso,
  joinBytes,
  keyHashSql,
  ownedKeysSql,
  plansFrom,
  planValues,
  type PlanItem,
} from "./plan-batch-repository";
import { isInDoubt } from "@/lib/db/errors";
import { commitFailed } from "@/lib/log/record/inbox";
import type { KeyClaim, StoredAnswer } from "@/lib/log/request-scope";

// The two hot transactions of issuing, each as one prepared statement over many requests (decision
// 6): the plan with its entry, and the signed certificate with its entry. In a batch, each request
// succeeds or fails independently.
export type SignatureItem = Readonly<{
  id: string;
  der: Uint8Array;
  issuedAt: Date;
  entry: Uint8Array;
  entryId: string;
  /** The answer of the request, stored under its Idempotency-Key. */
  answer: Readonly<{ claim: KeyClaim; content: StoredAnswer }> | null;
}>;

/**
 * Commits a plan with its entry, batched with others. False, and nothing is written, if the
 * identity's epoch, the profile version or the authority has changed since the decision, the key
 * has another owner or is blocked, the predecessor has a successor, the serial number exists, or the
 * request's claim was taken over. Throws `record.unavailable`, `outcome.unknown`.
 */
export async function storePlan(db: Database, item: PlanItem): Promise<boolean> {
  const { plans, claimedPlans } = batchesOf(db);
  return isStored(await (item.claim === null ? plans(item) : claimedPlans(item)));
}

/**
 * Commits a signed certificate with its entry, batched with others. False if its plan is no longer
 * pending. Throws `record.unavailable`, `outcome.unknown`.
 */
export async function storeSignature(db: Database, item: SignatureItem): Promise<boolean> {
  const { signatures, answeredSignatures } = batchesOf(db);
  return isStored(await (item.answer === null ? signatures(item) : answeredSignatures(item)));
}

// One statement is one transaction in one round trip: an entry is inserted exactly for each row
// that is stored. Bytes are sent as one joined value, and rows point into it: serial number, key
// hash, TBS, CSR and entry one after another. Keys are inserted in sorted order, so that two batches
// with the same new keys lock them in the same order. A key that a concurrent batch is inserting is
// not visible here; that request is not stored, and its caller decides it again.
// The identity is locked as the foreign key would lock it anyway, but before its epoch is compared:
// what confers power or takes a name away locks it `for update`, so one of the two waits, and then
// either the plan is decided again or the other sees the planned certificate.
// Requests with an Idempotency-Key have statements of their own: `claimed` locks the rows of the
// keys whose claims still stand, so that nobody takes over before the commit, and `marked` notes the
// plan there. Others pay nothing for it.
type KeyClauses = Readonly<{
  types: string;
  columns: string;
  first: string;
  allowed: string;
  last: string;
}>;
const withoutKeys: KeyClauses = { types: "", columns: "", first: "", allowed: "", last: "" };
const planKeys: KeyClauses = {
  types: ", $24::text[], $25::text[], $26::text[]",
  columns: ", key_actor, key, key_claim",
  first: `claimed as materialized (
      select k.actor_id, k.key from idempotency_key k join unnest($24::text[], $25::text[], $26::text[]) as x (a, k, c)
        on k.actor_id = x.a and k.key = x.k and k.claim = x.c for update of k
    ), `,
  allowed: "where exists (select from claimed c where c.actor_id = x.key_actor and c.key = x.key)",
  last: `, marked as (
      update idempotency_key k set entry_id = x.plan_entry_id, target_id = x.id from allowed x join stored using (id)
        where k.actor_id = x.key_actor and k.key = x.key
    )`,
};

const insertPlansText = ({ types, columns, first, allowed, last }: KeyClauses): string =>
  `with ${first}allowed as materialized (
      select x.*, ${keyHashSql} as spki
      from ${plansFrom(types, columns)}
      ${basisJoins}
      ${allowed} for key share of i
    ), ${ownedKeysSql}, stored as (
      ${insertCertificatesSql}
        from allowed x join owned k on k.spki_sha256 = x.spki and k.identity_id = x.identity_id
        where x.predecessor_id is null or exists (select from certificate o where o.id = x.predecessor_id and o.state = 'issued' and o.identity_id = x.identity_id)
        on conflict do nothing returning id
    ), recorded as (
      ${insertIntoInbox(`select ${entrySql}, x.plan_entry_id, x.id from allowed x join stored using (id) order by x.n`)}
    )${last}
    select id from stored`;

const insertPlans = { name: "issuing_plans", text: insertPlansText(withoutKeys) };
const insertClaimedPlans = { name: "issuing_plans_claimed", text: insertPlansText(planKeys) };

// The answer is stored for the key that this certificate was planned under, whoever signed it.
const signatureKeys: KeyClauses = {
  types: ", $8::text[], $9::text[], $10::int[], $11::text[]",
  columns: ", key_actor, key, status, body",
  first: "",
  allowed: "",
  last: `, answered as (
      update idempotency_key k set entry_id = x.entry_id, status = x.status, body = x.body::jsonb from signed x join stored using (id)
        where k.actor_id = x.key_actor and k.key = x.key and k.target_id = x.id
    )`,
};

const insertSignaturesText = ({ types, columns, last }: KeyClauses): string =>
  `with signed as materialized (
      select * from unnest($2::int[], $3::int[], $4::int[], $5::text[], $6::timestamptz[], $7::text[]${types}) with ordinality
        as x (o, l, el, id, at, entry_id${columns}, n)
    ), stored as (
      update certificate c set state = 'issued', der = substr($1::bytea, x.o, x.l), fingerprint_sha256 = sha256(substr($1::bytea, x.o, x.l)), issued_at = x.at
        from signed x where c.id = x.id and c.state = 'planned' returning c.id
    ), recorded as (
      ${insertIntoInbox("select substr($1::bytea, x.o + x.l, x.el), x.entry_id, x.id from signed x join stored using (id) order by x.n")}
    )${last}
    select id from stored`;

const insertSignatures = { name: "issuing_signatures", text: insertSignaturesText(withoutKeys) };
const insertAnsweredSignatures = {
  name: "issuing_signatures_answered",
  text: insertSignaturesText(signatureKeys),
};

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

const claimedPlanValues = (items: readonly PlanItem[]): unknown[] => {
  const claims = items.map((item) => item.claim);
  return [
    ...planValues(items),
    claims.map((claim) => claim?.actorId ?? null),
    claims.map((claim) => claim?.key ?? null),
    claims.map((claim) => claim?.claim ?? null),
  ];
};

const answeredSignatureValues = (items: readonly SignatureItem[]): unknown[] => {
  const answers = items.map((item) => item.answer);
  return [
    ...signatureValues(items),
    answers.map((answer) => answer?.claim.actorId ?? null),
    answers.map((answer) => answer?.claim.key ?? null),
    answers.map((answer) => answer?.content.status ?? null),
    answers.map((answer) => answer && JSON.stringify(answer.content.body)),
  ];
};

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
  const { rows } = await hotPool(db).query<{ id: string }>({
    ...statement,
    values: valuesOf(items),
  });
  const storedIds = new Set(rows.map((row) => row.id));
  return items.map((item) => ({ stored: storedIds.has(idOf(item)) }));
}

const maxBatch = 200;
const concurrency = 2;

/**
 * If the database refuses a batch, its items are stored one by one, so that only the bad one fails.
 * A batch that may have been committed is not tried again: a second answer could contradict it.
 */
function makeBatcher<T>(db: Database, insert: BatchInsert<T>) {
  const storeOne = (item: T): Promise<StoreResult> =>
    storeBatch(db, [item], insert).then(
      ([result]) => result ?? { stored: false },
      (error: unknown) => ({ error: commitFailed(error) }),
    );
  const storeAgain = (items: readonly T[], error: unknown): Promise<StoreResult[]> =>
    Promise.all(
      items.map(async (item) =>
        isInDoubt(error) ? { error: commitFailed(error) } : storeOne(item),
      ),
    );
  return makeGroupCommit<T, StoreResult>({
    maxBatch,
    concurrency,
    work: (items) =>
      storeBatch(db, items, insert).catch((error: unknown) => storeAgain(items, error)),
  });
}

type Batches = Readonly<{
  plans: (item: PlanItem) => Promise<StoreResult>;
  claimedPlans: (item: PlanItem) => Promise<StoreResult>;
  signatures: (item: SignatureItem) => Promise<StoreResult>;
  answeredSignatures: (item: SignatureItem) => Promise<StoreResult>;
}>;
const batchesByDatabase = new WeakMap<Database, Batches>();

function batchesOf(db: Database): Batches {
  const existing = batchesByDatabase.get(db);
  if (existing) return existing;
  const plans = {
    statement: insertPlans,
    idOf: (item: PlanItem) => item.row.id,
    valuesOf: planValues,
  };
  const signatures = {
    statement: insertSignatures,
    idOf: (item: SignatureItem) => item.id,
    valuesOf: signatureValues,
  };
  const batches: Batches = {
    plans: makeBatcher(db, plans),
    claimedPlans: makeBatcher(db, {
      ...plans,
      statement: insertClaimedPlans,
      valuesOf: claimedPlanValues,
    }),
    signatures: makeBatcher(db, signatures),
    answeredSignatures: makeBatcher(db, {
      ...signatures,
      statement: insertAnsweredSignatures,
      valuesOf: answeredSignatureValues,
    }),
  };
  batchesByDatabase.set(db, batches);
  return batches;
}
