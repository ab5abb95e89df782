import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { Deps } from "@/lib/runtime/deps";
import { noSuchPolicy, policyDto } from "./policy-dto";
import { findPolicyRow, listPolicyRows } from "./policy-repository";
import type { PolicyDto } from "./schema";

/** By id or by the service's name. Errors: `policy.not-found`. */
export async function getPolicy(
  deps: Pick<Deps, "db">,
  actor: Actor,
  ref: string,
): Promise<PolicyDto> {
  authorize(actor, "policies.read");
  const row = await findPolicyRow(deps.db, ref);
  if (!row) throw noSuchPolicy();
  return policyDto(row);
}

/**
 * All policies by the names of their services, retired ones too. There are few, so they come at
 * once.
 */
export async function listPolicies(
  deps: Pick<Deps, "db">,
  actor: Actor,
): Promise<Readonly<{ items: readonly PolicyDto[]; nextCursor: null }>> {
  authorize(actor, "policies.read");
  return { items: (await listPolicyRows(deps.db)).map(policyDto), nextCursor: null };
}
