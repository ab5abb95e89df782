import { type Database, hotPool, statementTimeoutOf } from "@/lib/db/database";
import { makeGroupCommit } from "@/lib/db/group-commit";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { PolicyRule } from "./schema";

/** `rules` as stored, not yet validated. */
export type PolicyRow = Readonly<{
  id: string;
  service: string;
  name: string;
  description: string;
  status: string;
  version: number;
  rules: unknown;
  createdAt: Date;
  changedAt: Date;
}>;
export type NewPolicyRow = Omit<PolicyRow, "rules"> & Readonly<{ rules: readonly PolicyRule[] }>;
export type PolicyChangeRow = Pick<
  NewPolicyRow,
  "name" | "description" | "status" | "version" | "changedAt"
> &
  Readonly<{ rules?: readonly PolicyRule[] }>;

const columns = `id, service, name, description, status, version, rules, created_at as "createdAt", changed_at as "changedAt" from policy`;

// Rules go in as JSON; Prisma's type for that knows no readonly.
const json = (rules: readonly PolicyRule[]): object[] => rules.map((rule) => ({ ...rule }));

export async function insertPolicy(tx: AuditedTx, row: NewPolicyRow): Promise<void> {
  await tx.policy.create({ data: { ...row, rules: json(row.rules) } });
}

/** False if the policy changed since `version` was read. */
export async function updatePolicyRow(
  tx: AuditedTx,
  id: string,
  version: number,
  { rules, ...data }: PolicyChangeRow,
): Promise<boolean> {
  const { count } = await tx.policy.updateMany({
    where: { id, version },
    data: { ...data, ...(rules === undefined ? {} : { rules: json(rules) }) },
  });
  return count === 1;
}

/** By id or service. */
export async function findPolicyRow(db: Database, ref: string): Promise<PolicyRow | null> {
  const { rows } = await db.pool.query<PolicyRow>({
    name: "policy_by_ref",
    text: `select ${columns} where id = $1 or service = $1`,
    values: [ref],
  });
  return rows[0] ?? null;
}

/** In the order of their services' names. There are as many as a company has services. */
export async function listPolicyRows(db: Database): Promise<PolicyRow[]> {
  const { rows } = await db.pool.query<PolicyRow>(`select ${columns} order by service`);
  return rows;
}

/** Those of the names that are names of something; to find what a rule names in vain. */
export async function findExistingNames(
  db: Database,
  identities: readonly string[],
  profiles: readonly string[],
): Promise<Readonly<{ identities: Set<string>; profiles: Set<string> }>> {
  const { rows } = await db.pool.query<{ kind: string; name: string }>(
    "select 'identity' as kind, id as name from identity where id = any($1) and kind <> 'system' union all select 'profile', slug from profile where slug = any($2) and not system",
    [identities, profiles],
  );
  const of = (kind: string) =>
    new Set(rows.filter((row) => row.kind === kind).map(({ name }) => name));
  return { identities: of("identity"), profiles: of("profile") };
}

/** The newest certificate that an identity can use now of each profile. */
export async function findUsableCertificates(
  db: Database,
  identityId: string,
  now: Date,
): Promise<{ der: Uint8Array; profile: string }[]> {
  const { rows } = await db.pool.query<{ der: Uint8Array; profile: string }>(
    `select distinct on (p.slug) c.der, p.slug as profile from certificate c join profile p on p.id = c.profile_id
      where c.identity_id = $1 and c.state = 'issued' and c.der is not null and c.not_before <= $2 and c.not_after >= $2 order by p.slug, c.created_at desc`,
    [identityId, now],
  );
  return rows;
}

/**
 * Which policy a service has and which state of its row that is: `mark` differs after every change,
 * also one made by hand.
 */
export type PolicyRevision = Readonly<{ id: string; revision: string }>;
type FindRevision = (service: string) => Promise<PolicyRevision | null>;

// Prepared, and one round trip for all that ask at the same time: it runs at every question of
// every proxy, so that a change counts at the next one.
const findRevisions = {
  name: "policy-marks",
  text: "select service, id, xmin::text || '.' || version as revision from policy where service = any($1)",
};
const finders = new WeakMap<Database["pool"], FindRevision>();
const maxBatch = 500,
  concurrency = 2;

export function findPolicyRevision(
  { pool }: Pick<Database, "pool">,
  service: string,
): Promise<PolicyRevision | null> {
  const find =
    finders.get(pool) ??
    makeGroupCommit<string, PolicyRevision | null>({
      maxBatch: maxBatch,
      concurrency,
      maxWaitMs: statementTimeoutOf(pool),
      work: async (services) => {
        const { rows } = await hotPool({ pool }).query<PolicyRevision & { service: string }>({
          ...findRevisions,
          values: [[...new Set(services)]],
        });
        const found = new Map(
          rows.map(({ service: name, id, revision }) => [name, { id, revision }]),
        );
        return services.map((name) => found.get(name) ?? null);
      },
    });
  finders.set(pool, find);
  return find(service);
}

/** A policy with the mark of the state that was read. */
export async function findPolicyAtRevision(
  db: Database,
  id: string,
): Promise<
  (Pick<PolicyRow, "id" | "service" | "status" | "version" | "rules"> & PolicyRevision) | null
> {
  const { rows } = await db.pool.query<
    Pick<PolicyRow, "id" | "service" | "status" | "version" | "rules"> & PolicyRevision
  >({
    name: "policy-marked",
    text: "select id, service, status, version, rules, xmin::text || '.' || version as revision from policy where id = $1",
    values: [id],
  });
  return rows[0] ?? null;
}
