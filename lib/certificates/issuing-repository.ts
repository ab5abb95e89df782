import type { Database, PoolClient } from "@/lib/db/database";
import { makeGroupCommit } from "@/lib/db/group-commit";
import { isAppError } from "@/lib/errors/app-error";
import { appendWithClient } from "@/lib/log/hot-append";
import { recordUnavailable } from "@/lib/log/record-unavailable";
import type { PlannedRow } from "./types";

// The two hot transactions of issuing, as prepared statements over many requests at once (docs/decisions): the plan with its entry, and the
// signed certificate with its entry. Within a batch each request stands and falls alone.
export type PlanItem = Readonly<{ row: PlannedRow; entry: Uint8Array }>;
export type IssueItem = Readonly<{ id: string; der: Uint8Array; issuedAt: Date; entry: Uint8Array }>;
/** `done` is false if a guard in the statement stood in the way; then nothing was written and nothing recorded. */
type Settled = Readonly<{ done: boolean }> | Readonly<{ error: unknown }>;
type Intake = Readonly<{ plan: (item: PlanItem) => Promise<Settled>; issue: (item: IssueItem) => Promise<Settled> }>;

const largestBatch = 200, planLanes = 2, issueLanes = 2;

const guards = `join identity i on i.id = x.identity_id and i.status = 'active'
  join profile p on p.id = x.profile_id and p.version = x.profile_version and p.status = 'active'
  join authority a on a.id = x.issuer_id and a.status = 'active'`;

// Ordered by key: two batches that meet the same new keys wait for each other in the same order.
const takeKeys = {
  name: "issuing_keys",
  text: `insert into public_key (spki_sha256, identity_id, blocked, created_at)
    select distinct on (x.spki) x.spki, x.identity_id, false, x.at
    from unnest($1::bytea[], $2::text[], $3::text[], $4::int[], $5::text[], $6::timestamptz[]) with ordinality
      as x (spki, identity_id, profile_id, profile_version, issuer_id, at, n)
    ${guards} order by x.spki, x.n on conflict do nothing`,
};

// Bytes travel joined in one value, rows point into it: serial, key hash, TBS and CSR one after another.
const takePlans = {
  name: "issuing_plans",
  text: `insert into certificate (id, issuer_id, serial, state, profile_id, profile_version, identity_id, subject_text, common_name, sans, key_algorithm, spki_sha256,
      not_before, not_after, tbs_der, plan_entry_id, csr_der, requested_by, predecessor_id, created_at)
    select x.id, x.issuer_id, substr($1::bytea, x.o, x.sl), 'planned', x.profile_id, x.profile_version, x.identity_id, x.subject_text, x.common_name,
      string_to_array(x.sans, e'\\x1f'), x.key_algorithm, k.spki_sha256, x.not_before, x.not_after, substr($1::bytea, x.o + x.sl + 32, x.tl), x.plan_entry_id,
      case when x.cl > 0 then substr($1::bytea, x.o + x.sl + 32 + x.tl, x.cl) end, x.requested_by, x.predecessor_id, x.created_at
    from unnest($2::int[], $3::int[], $4::int[], $5::int[], $6::text[], $7::text[], $8::text[], $9::int[], $10::text[], $11::text[], $12::text[], $13::text[],
      $14::text[], $15::timestamptz[], $16::timestamptz[], $17::text[], $18::text[], $19::text[], $20::timestamptz[])
      as x (o, sl, tl, cl, id, issuer_id, profile_id, profile_version, identity_id, subject_text, common_name, sans, key_algorithm, not_before, not_after,
        plan_entry_id, requested_by, predecessor_id, created_at)
    ${guards}
    join public_key k on k.spki_sha256 = substr($1::bytea, x.o + x.sl, 32) and k.identity_id = x.identity_id and not k.blocked
    where x.predecessor_id is null or exists (select from certificate o where o.id = x.predecessor_id and o.state = 'issued' and o.identity_id = x.identity_id)
    on conflict do nothing returning id`,
};

const takeSignatures = {
  name: "issuing_signatures",
  text: `update certificate c set state = 'issued', der = substr($1::bytea, x.o, x.l), fingerprint_sha256 = sha256(substr($1::bytea, x.o, x.l)), issued_at = x.at
    from unnest($2::int[], $3::int[], $4::text[], $5::timestamptz[]) as x (o, l, id, at)
    where c.id = x.id and c.state = 'planned' returning c.id`,
};

const iso = (at: Date): string => at.toISOString();

function planValues(rows: readonly PlannedRow[]): unknown[] {
  const parts: Uint8Array[] = [], offsets: number[] = [];
  let next = 1;
  for (const { serial, spkiSha256, tbsDer, csrDer } of rows) {
    offsets.push(next);
    for (const part of [serial, spkiSha256, tbsDer, ...(csrDer ? [csrDer] : [])]) {
      parts.push(part);
      next += part.length;
    }
  }
  return [
    Buffer.concat(parts), offsets, rows.map((row) => row.serial.length), rows.map((row) => row.tbsDer.length), rows.map((row) => row.csrDer?.length ?? 0),
    rows.map((row) => row.id), rows.map((row) => row.issuerId), rows.map((row) => row.profileId), rows.map((row) => row.profileVersion),
    rows.map((row) => row.identityId), rows.map((row) => row.subjectText), rows.map((row) => row.commonName), rows.map((row) => row.sans.join("\u001f")),
    rows.map((row) => row.keyAlgorithm), rows.map((row) => iso(row.notBefore)), rows.map((row) => iso(row.notAfter)), rows.map((row) => row.planEntryId),
    rows.map((row) => row.requestedBy), rows.map((row) => row.predecessorId), rows.map((row) => iso(row.createdAt)),
  ];
}

async function storePlans(client: PoolClient, items: readonly PlanItem[]): Promise<ReadonlySet<string>> {
  const rows = items.map((item) => item.row);
  await client.query({ ...takeKeys, values: [
    rows.map((row) => Buffer.from(row.spkiSha256)), rows.map((row) => row.identityId), rows.map((row) => row.profileId), rows.map((row) => row.profileVersion),
    rows.map((row) => row.issuerId), rows.map((row) => iso(row.createdAt)),
  ] });
  const stored = await client.query<{ id: string }>({ ...takePlans, values: planValues(rows) });
  return new Set(stored.rows.map((row) => row.id));
}

async function storeSignatures(client: PoolClient, items: readonly IssueItem[]): Promise<ReadonlySet<string>> {
  const offsets: number[] = [];
  let next = 1;
  for (const { der } of items) {
    offsets.push(next);
    next += der.length;
  }
  const values = [Buffer.concat(items.map((item) => item.der)), offsets, items.map((item) => item.der.length), items.map((item) => item.id), items.map((item) => iso(item.issuedAt))];
  const stored = await client.query<{ id: string }>({ ...takeSignatures, values });
  return new Set(stored.rows.map((row) => row.id));
}

/** One transaction: what was stored gets its entries, and only that. */
async function storeTogether<T extends Readonly<{ entry: Uint8Array }>>(
  db: Database, items: readonly T[], idOf: (item: T) => string, store: (client: PoolClient, items: readonly T[]) => Promise<ReadonlySet<string>>,
): Promise<Settled[]> {
  const client = await db.pool.connect();
  try {
    await client.query("begin");
    const stored = await store(client, items);
    await appendWithClient(client, items.filter((item) => stored.has(idOf(item))).map((item) => item.entry));
    await client.query("commit");
    client.release();
    return items.map((item) => ({ done: stored.has(idOf(item)) }));
  } catch (error) {
    await client.query("rollback").then(() => { client.release(); }, () => { client.release(true); });
    throw error;
  }
}

/** What cannot be stored together is stored one by one, so that a broken request fails alone. */
function makeLane<T extends Readonly<{ entry: Uint8Array }>>(db: Database, lanes: number, idOf: (item: T) => string, store: (client: PoolClient, items: readonly T[]) => Promise<ReadonlySet<string>>) {
  const one = (item: T): Promise<Settled> =>
    storeTogether(db, [item], idOf, store).then(([settled]) => settled ?? { done: false }, (error: unknown) => ({ error: isAppError(error) ? error : recordUnavailable(error) }));
  return makeGroupCommit<T, Settled>({
    maxBatch: largestBatch, lanes,
    work: (items) => storeTogether(db, items, idOf, store).catch(() => Promise.all(items.map(one))),
  });
}

const intakes = new WeakMap<Database, Intake>();

function intakeOf(db: Database): Intake {
  const known = intakes.get(db);
  if (known) return known;
  const made: Intake = {
    plan: makeLane<PlanItem>(db, planLanes, (item) => item.row.id, storePlans),
    issue: makeLane<IssueItem>(db, issueLanes, (item) => item.id, storeSignatures),
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
