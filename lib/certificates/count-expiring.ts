import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { Deps } from "@/lib/runtime/deps";
import { countExpiringRows } from "./certificate-search-repository";

/**
 * How many certificates of each authority are in the list of state "expiring", by the id of the
 * authority; one without any is missing.
 */
export async function countExpiring(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
): Promise<ReadonlyMap<string, number>> {
  authorize(actor, "authorities.read");
  const rows = await countExpiringRows(deps.db, deps.clock.now());
  return new Map(rows.map(({ authorityId, count }) => [authorityId, count]));
}
