import type { Actor } from "@/lib/access/actor";
import {
  type AuditedTx,
  auditedTransaction,
  uniqueViolation,
} from "@/lib/log/record/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { insertGuardedPlan, lockForPlan } from "./named-plan-repository";
import type { PlannedRow } from "./plan-repository";

/** Changes rows in the transaction of the plan, and returns their entries; throws to plan nothing. */
export type StoredWithPlan = (tx: AuditedTx, plan: PlannedRow) => Promise<readonly NewEntry[]>;

/**
 * Commits a plan together with other changes, each with its entry, or nothing. False, and nothing is
 * written, if the identity, the profile, the authority or the key has changed since the decision:
 * the request is decided again. What `more` throws passes through.
 */
export async function storePlanWithMore(
  deps: Pick<Deps, "recorder">,
  actor: Actor,
  identity: Readonly<{ id: string; epoch: number }>,
  plan: Readonly<{ row: PlannedRow; entry: NewEntry }>,
  more: StoredWithPlan,
): Promise<boolean> {
  const committed = await auditedTransaction(deps.recorder, actor, async (tx) => {
    if (!(await lockForPlan(tx, identity, plan.row))) return null;
    if (!(await insertGuardedPlan(tx, plan.row))) return null;
    const others = await more(tx, plan.row);
    return { result: null, entries: [plan.entry, ...others], about: plan.row.id };
  }).catch((error: unknown) => {
    if (uniqueViolation(error) !== null) return null;
    throw error;
  });
  return committed !== null;
}
