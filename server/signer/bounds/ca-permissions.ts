import type { PoolClient } from "@/lib/db/database";
import { AppError } from "@/lib/errors/app-error";
import { sha256, sha256Hex } from "@/lib/format/hash";
import { formatIso } from "@/lib/format/time";
import { canonicalJson } from "@/lib/log/pure/canonical";
import { equalBytes } from "@/lib/pki/der";
import { trustDomainOf } from "@/lib/pki/trust-domain";
import {
  type PermissionDecision,
  permissionIdPrefix,
  type WaitingPermission,
} from "@/lib/signers/host-commands";
import type { EvaluatedPlan } from "@/server/signer/evaluate-plan";
import {
  type HostOperator,
  recordedTransaction,
  type RecordingDeps,
} from "@/server/signer/recorded-transaction";
import { refuse } from "@/server/signer/refuse";

/** What a CA permission allows. */
type Terms = Readonly<{
  id: string;
  identityId: string;
  authorityId: string;
  trustDomain: string;
  maxSeconds: number;
  count: number;
}>;
type Asked = Terms &
  Readonly<{ identityName: string; authoritySlug: string; createdBy: string; createdAt: Date }>;

const maxListed = 200;
const skewMs = 5 * 60_000;

/** Of exactly what the operator was shown. */
const digestOf = ({ id, identityId, authorityId, trustDomain, maxSeconds, count }: Terms): string =>
  sha256Hex(canonicalJson({ id, identityId, authorityId, trustDomain, maxSeconds, count }));

/** Permissions that nothing was decided about, newest first; with an id only that one. */
async function readAsked({ db }: RecordingDeps, id: string | null): Promise<Asked[]> {
  const { rows } = await db.pool.query<Asked>(
    `select p.id, p.identity_id as "identityId", p.authority_id as "authorityId", p.trust_domain as "trustDomain", p.max_seconds as "maxSeconds", p.count,
       i.name as "identityName", a.slug as "authoritySlug", p.created_by as "createdBy", p.created_at as "createdAt"
     from ca_permission p join identity i on i.id = p.identity_id join authority a on a.id = p.authority_id
     where p.revoked_at is null and starts_with(p.id, '${permissionIdPrefix}') and p.id = coalesce($1, p.id) and not exists (select from signer.ca_permission s where s.id = p.id)
     order by p.id desc limit $2`,
    [id, maxListed],
  );
  return rows;
}

/** CA permissions that wait for the operator of the host. */
export async function listWaitingPermissions(deps: RecordingDeps): Promise<WaitingPermission[]> {
  return (await readAsked(deps, null)).map((row) => ({
    id: row.id,
    identity: `${row.identityName} (${row.identityId})`,
    authority: `${row.authoritySlug} (${row.authorityId})`,
    trustDomain: row.trustDomain,
    maxSeconds: row.maxSeconds,
    count: row.count,
    requestedBy: row.createdBy,
    requestedAt: formatIso(row.createdAt),
    termsSha256: digestOf(row),
  }));
}

/** Confirms or rejects a CA permission: its terms are kept where no other role writes. */
export async function decidePermission(
  deps: RecordingDeps,
  operator: HostOperator,
  { permissionId, termsSha256, decision }: PermissionDecision,
): Promise<string> {
  const [row] = await readAsked(deps, permissionId);
  if (!row)
    throw new AppError(
      "signer.no-plan",
      `No CA permission ${permissionId.slice(0, 64)} waits. List them with: npx chancery confirm`,
    );
  if (digestOf(row) !== termsSha256)
    throw new AppError(
      "signer.plan-differs",
      `${permissionId} is not what was shown. List what waits again: npx chancery confirm`,
    );
  const { identityId, authorityId, trustDomain, maxSeconds, count } = row;
  const entry = {
    action: `ca-permission.${decision}`,
    outcome: "success",
    target: { kind: "ca-permission", id: row.id, label: row.identityName },
    details: { identityId, authorityId, trustDomain, maxSeconds, count },
  } as const;
  const insert = (client: PoolClient, entryId: string) =>
    client.query(
      `insert into signer.ca_permission (id, identity_id, authority_id, trust_domain, max_seconds, count, decision, decided_by, entry_id, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        row.id,
        identityId,
        authorityId,
        trustDomain,
        maxSeconds,
        count,
        decision,
        operator.label,
        entryId,
        deps.clock.now(),
      ],
    );
  return recordedTransaction(
    deps,
    entry,
    async (client, entryId) => {
      await insert(client, entryId);
    },
    operator,
  );
}

type Confirmed = Pick<Terms, "id" | "maxSeconds" | "count"> & Readonly<{ used: number }>;

/**
 * Checks that a CA certificate for a client is within a permission that was confirmed on the host and
 * isn't revoked, and counts it: by the terms that the signer keeps, whatever the application's tables
 * say. One that was counted already, for exactly these bytes, is signed again. Throws
 * `signer.ca-permission`.
 */
export async function requirePermission(
  deps: RecordingDeps,
  { plan, facts }: EvaluatedPlan,
  now: Date,
): Promise<void> {
  const tbsSha256 = sha256(plan.tbsDer);
  const counted = await findUse(deps, plan.id);
  if (counted !== null && isOf(counted, tbsSha256)) return;
  const trustDomain = trustDomainOf(facts.sans);
  const { rows } = await deps.db.pool.query<Confirmed>(
    `select s.id, s.max_seconds as "maxSeconds", s.count, (select count(*)::int from signer.ca_permission_use u where u.permission_id = s.id) as used
     from signer.ca_permission s join ca_permission p on p.id = s.id
     where s.decision = 'confirmed' and p.revoked_at is null and s.identity_id = $1 and s.authority_id = $2 and s.trust_domain = $3 order by s.id`,
    [plan.identityId, plan.issuerId, trustDomain],
  );
  const seconds = (facts.validity.notAfter.getTime() - now.getTime() - skewMs) / 1000;
  const fitting = rows.filter(({ maxSeconds }) => seconds <= maxSeconds);
  for (const { id, count } of fitting)
    if (await countUse(deps, { id, count }, { certificateId: plan.id, tbsSha256, now })) return;
  const why =
    rows.length === 0
      ? `no permission of ${plan.identityName} for ${trustDomain ?? "its names"} below ${plan.authoritySlug} is confirmed on the host`
      : fitting.length === 0
        ? "it would be valid for longer than its permission allows"
        : "its permission is used up";
  refuse("signer.ca-permission", `The CA certificate ${plan.id} wasn't signed: ${why}.`);
}

type CountedUse = Readonly<{ digest: Buffer; revoked: boolean }>;

async function findUse(
  { db }: Pick<RecordingDeps, "db">,
  certificateId: string,
): Promise<CountedUse | null> {
  const { rows } = await db.pool.query<CountedUse>(
    `select u.tbs_sha256 as digest, p.revoked_at is not null as revoked from signer.ca_permission_use u join ca_permission p on p.id = u.permission_id
     where u.certificate_id = $1`,
    [certificateId],
  );
  return rows[0] ?? null;
}

/** Whether exactly these bytes were counted, under a permission that isn't revoked. */
const isOf = ({ digest, revoked }: CountedUse, tbsSha256: Uint8Array): boolean =>
  !revoked && equalBytes(digest, tbsSha256);

type Use = Readonly<{ certificateId: string; tbsSha256: Uint8Array; now: Date }>;

/** Takes the next number; false if there is none. Of two at the same time, one tries again. */
async function countUse(
  { db }: RecordingDeps,
  { id, count }: Pick<Terms, "id" | "count">,
  { certificateId, tbsSha256, now }: Use,
): Promise<boolean> {
  for (let attempt = 0; attempt < maxListed; attempt++) {
    const { rows } = await db.pool.query<{ used: number; stored: boolean }>(
      `with used as (select count(*)::int as n from signer.ca_permission_use where permission_id = $1), stored as (
         insert into signer.ca_permission_use (permission_id, number, certificate_id, tbs_sha256, created_at)
           select $1, n + 1, $3, $4, $5 from used where n < $2 on conflict do nothing returning number)
       select n as used, exists (select from stored) as stored from used`,
      [id, count, certificateId, Buffer.from(tbsSha256), now],
    );
    const [row] = rows;
    if (row?.stored) return true;
    // The same plan, asked for twice at once: the other one took its number.
    const counted = await findUse({ db }, certificateId);
    if (counted !== null) return isOf(counted, tbsSha256);
    if (row === undefined || row.used >= count) return false;
  }
  return false;
}
