import { requirePermission } from "./ca-permissions";
import { makeCeilingCheck } from "./ceilings";
import { type ConfirmationDeps, requireConfirmation } from "./confirmations";
import type { EvaluatedPlan } from "@/server/signer/evaluate-plan";

/**
 * Throws `signer.ceiling`, `signer.unconfirmed`, `signer.rejected`, `signer.ca-key`,
 * `signer.ca-permission`.
 */
export type CheckBounds = (evaluated: EvaluatedPlan, now: Date) => Promise<void>;

/**
 * What the signer never signs, whatever the database says: a CA certificate that was not confirmed
 * past the gateway, one for a client's key outside of a permission that was, and any other beyond
 * the ceiling of the key that signs it. The certificates of
 * Chancery's own responders and HTTPS have one form, and no ceiling.
 */
export function makeBounds(deps: ConfirmationDeps): CheckBounds {
  const checkCeiling = makeCeilingCheck(deps.db);
  return async (evaluated, now) => {
    const { plan, facts, isOwn, isOfClient } = evaluated;
    if (isOfClient) await requirePermission(deps, evaluated, now);
    else if (facts.isCa) await requireConfirmation(deps, plan);
    else if (!isOwn) await checkCeiling(plan, facts, now);
  };
}
