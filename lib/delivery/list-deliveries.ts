import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { listDeliveryRows } from "./delivery-repository";
import { deliveryView, noSuchDestination } from "./destination-dto";
import { findDestination } from "./destination-repository";
import { deliveryQuery, type DeliveryList, type DeliveryQueryInput } from "./schema";

/** What was sent to a destination, newest first, each with all of its attempts. Errors: `destination.not-found`. */
export async function listDeliveries(
  deps: Pick<Deps, "db">,
  actor: Actor,
  id: string,
  input: DeliveryQueryInput = {},
): Promise<DeliveryList> {
  authorize(actor, "destinations.read");
  const { cursor, limit } = deliveryQuery.parse(input);
  if ((await findDestination(deps.db, id)) === null) throw noSuchDestination();
  const rows = await listDeliveryRows(deps.db, id, cursor, limit + 1),
    shown = rows.slice(0, limit);
  return {
    items: shown.map(deliveryView),
    nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
  };
}
