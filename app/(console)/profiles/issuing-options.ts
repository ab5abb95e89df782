import type { SelectOption } from "@/components/ui/select";
import type { Actor } from "@/lib/access/actor";
import { listAuthorityChoices } from "@/lib/authorities/read-authorities";
import type { Deps } from "@/lib/runtime/deps";

/** The CAs that a profile can issue from. */
export async function issuingOptions(deps: Deps, actor: Actor): Promise<SelectOption[]> {
  const authorities = await listAuthorityChoices(deps, actor);
  return authorities
    .filter(({ kind, status }) => kind === "issuing" && status === "active")
    .map(({ slug, name }) => ({ value: slug, label: `${name} (${slug})` }));
}
