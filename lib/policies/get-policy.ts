import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { findPolicyRow } from "./policies-repository";
import { noSuchPolicy, policyDto } from "./policy-dto";
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
