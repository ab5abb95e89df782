import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import { insertKey, insertPlannedRow, type PlannedRow } from "./plan-repository";

type Guard = Readonly<{ allowed: boolean }>;

/**
 * Locks the identity against others that add names to it, take names away or confer power. Plans
 * that add none go on meanwhile. False if identity, profile or authority are not as they were
 * decided on.
 */
export async function lockForPlan(
  tx: AuditedTx,
  identity: Readonly<{ id: string; epoch: number }>,
  plan: PlannedRow,
): Promise<boolean> {
  const [locked] = await tx.$queryRaw<{ epoch: number; status: string }[]>`
    select epoch, status from identity where id = ${identity.id} for no key update`;
  if (locked?.status !== "active" || locked.epoch !== identity.epoch) return false;
  const [guard] = await tx.$queryRaw<Guard[]>`
    select exists (select from profile where id = ${plan.profileId} and version = ${plan.profileVersion} and status = 'active')
      and exists (select from authority where id = ${plan.issuerId} and status = 'active') as allowed`;
  return guard?.allowed === true;
}

/** Inserts the plan. False if its key belongs to another identity or is blocked. */
export async function insertGuardedPlan(tx: AuditedTx, plan: PlannedRow): Promise<boolean> {
  await insertKey(tx, plan);
  const [key] = await tx.$queryRaw<Guard[]>`
    select identity_id = ${plan.identityId} and not blocked as allowed
    from public_key where spki_sha256 = ${new Uint8Array(plan.spkiSha256)}`;
  if (key?.allowed !== true) return false;
  await insertPlannedRow(tx, plan);
  return true;
}
