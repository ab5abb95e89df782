import type { IdentityNames } from "@/components/policies/policy-labels";
import type { ProfileChoice } from "@/components/policies/rule-fields";
import type { Actor } from "@/lib/access/actor";
import type { Deps } from "@/lib/runtime/deps";
import type { PolicyDto } from "@/lib/policies/schema";
import { getIdentity } from "@/lib/identities/read-identities";
import { listProfileChoices } from "@/lib/profiles/read-profiles";
import { nullIfNotFound } from "@/app/(console)/null-if-not-found";

/**
 * What the editor shows by name: the profiles to choose from, and the identities that the rules
 * name.
 */
export async function loadEditorData(
  deps: Deps,
  actor: Actor,
  policy: PolicyDto | null,
): Promise<{ profiles: ProfileChoice[]; names: IdentityNames }> {
  const ids = [...new Set(policy?.rules?.flatMap(({ identities }) => identities))];
  const [items, identities] = await Promise.all([
    listProfileChoices(deps, actor),
    Promise.all(ids.map((id) => nullIfNotFound(getIdentity(deps, actor, id)))),
  ]);
  const named = new Set(policy?.rules?.flatMap(({ profiles }) => profiles));
  return {
    profiles: items
      .filter(({ system, status, slug }) => !system && (status === "active" || named.has(slug)))
      .map(({ slug, name }) => ({ slug, name })),
    names: Object.fromEntries(
      identities
        .filter((one) => one !== null)
        .map(({ id, name, kind }) => [id, { id, name, kind }]),
    ),
  };
}
