import type { SelectOption } from "@/components/ui/select";
import type { Actor } from "@/lib/auth/actor";
import { listAuthorities } from "@/lib/authorities/list-authorities";
import type { Deps } from "@/lib/deps";

/** The authorities that a profile may issue from. */
export async function issuingOptions(deps: Deps, actor: Actor): Promise<SelectOption[]> {
  const { items } = await listAuthorities(deps, actor);
  return items
    .filter(({ kind, status }) => kind === "issuing" && status === "active")
    .map(({ slug, name }) => ({ value: slug, label: `${name} (${slug})` }));
}
