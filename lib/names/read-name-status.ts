import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { Deps } from "@/lib/runtime/deps";
import { countUndecidedShares, findOrganizationBinding } from "./binding-repository";
import type { NameBindingDto } from "./schema";

/**
 * Whether names are enforced, and how many conflicts are undecided, without looking at
 * certificates.
 */
export async function getNameStatus(
  deps: Pick<Deps, "db">,
  actor: Actor,
): Promise<Pick<NameBindingDto, "binding" | "conflicts">> {
  authorize(actor, "identities.read");
  const [organization, conflicts] = await Promise.all([
    findOrganizationBinding(deps.db),
    countUndecidedShares(deps.db),
  ]);
  return { binding: organization?.binding ?? "enforced", conflicts };
}
