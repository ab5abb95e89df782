import type { IdentityNames } from "@/components/policies/policy-words";
import type { ProfileChoice } from "@/components/policies/rule-fields";
import type { Actor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { getIdentity } from "@/lib/identities/get-identity";
import type { PolicyDto } from "@/lib/policies/schema";
import { listProfiles } from "@/lib/profiles/list-profiles";
import { orNull } from "../identity-name";

/** What the editor shows by name: the profiles that may be chosen, and the identities that the rules speak of. */
export async function editorMaterials(
  deps: Deps,
  actor: Actor,
  policy: PolicyDto | null,
): Promise<{ profiles: ProfileChoice[]; names: IdentityNames }> {
  const ids = [...new Set(policy?.rules?.flatMap(({ identities }) => identities))];
  const [{ items }, found] = await Promise.all([
    listProfiles(deps, actor),
    Promise.all(ids.map((id) => orNull(getIdentity(deps, actor, id)))),
  ]);
  const named = new Set(policy?.rules?.flatMap(({ profiles }) => profiles));
  return {
    profiles: items
      .filter(({ system, status, slug }) => !system && (status === "active" || named.has(slug)))
      .map(({ slug, name }) => ({ slug, name })),
    names: Object.fromEntries(
      found.filter((one) => one !== null).map(({ id, name, kind }) => [id, { id, name, kind }]),
    ),
  };
}
