import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { destinationDto, noSuchDestination } from "./destination-dto";
import { figuresOf, findDestination } from "./destination-repository";
import type { DestinationDto } from "./schema";

/** One destination by id, also one that was removed; never its secret. Errors: `destination.not-found`. */
export async function getDestination(
  deps: Pick<Deps, "db">,
  actor: Actor,
  id: string,
): Promise<DestinationDto> {
  authorize(actor, "destinations.read");
  const row = await findDestination(deps.db, id);
  if (row === null) throw noSuchDestination();
  return destinationDto(row, (await figuresOf(deps.db, [id])).get(id));
}
