import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { listPolicyRows } from "./policies-repository";
import { policyDto } from "./policy-dto";
import type { PolicyDto } from "./schema";

/** All policies by the names of their services, retired ones too. There are few, so they come at once. */
export async function listPolicies(
  deps: Pick<Deps, "db">,
  actor: Actor,
): Promise<Readonly<{ items: readonly PolicyDto[]; nextCursor: null }>> {
  authorize(actor, "policies.read");
  return { items: (await listPolicyRows(deps.db)).map(policyDto), nextCursor: null };
}
