import type { Actor } from "@/lib/access/actor";
import { publishCrl } from "@/lib/authorities/publish-crl";
import { listAuthorities } from "@/lib/authorities/read-authorities";
import type { AuthorityDto } from "@/lib/authorities/schema";
import { dayMs } from "@/lib/format/time-units";
import type { DemoDeps } from "./stage";

/** The authority with this slug, which the setup made. */
export async function getAuthorityBySlug(
  deps: DemoDeps,
  actor: Actor,
  slug: string,
): Promise<AuthorityDto> {
  const { items } = await listAuthorities(deps, actor);
  const found = items.find((item) => item.slug === slug);
  if (found === undefined) throw new Error(`The CA ${slug} is missing.`);
  return found;
}

/** A new CRL of each active authority whose last one would be late the day after tomorrow. */
export async function publishCrls(deps: DemoDeps, actor: Actor): Promise<void> {
  const { items } = await listAuthorities(deps, actor);
  const soon = deps.clock.now().getTime() + 2 * dayMs;
  for (const { id, status, crl } of items)
    if (status === "active" && Date.parse(crl?.nextUpdate ?? "") < soon) await publishCrl(deps, id);
}
