import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { Deps } from "@/lib/runtime/deps";
import { destinationDto, destinationNotFound } from "./destination-dto";
import {
  findDestinationFigures,
  findDestination,
  listDestinationRows,
} from "./destination-repository";
import type { DestinationDto } from "./schema";

/** One destination, also a removed one, without its secret. Errors: `destination.not-found`. */
export async function getDestination(
  deps: Pick<Deps, "db">,
  actor: Actor,
  id: string,
): Promise<DestinationDto> {
  authorize(actor, "destinations.read");
  const row = await findDestination(deps.db, id);
  if (row === null) throw destinationNotFound();
  return destinationDto(row, (await findDestinationFigures(deps.db, [id])).get(id));
}

/** All destinations by name, without removed ones, in one page: there are few. */
export async function listDestinations(
  deps: Pick<Deps, "db">,
  actor: Actor,
): Promise<{ items: readonly DestinationDto[]; nextCursor: null }> {
  authorize(actor, "destinations.read");
  const rows = await listDestinationRows(deps.db);
  const figures = await findDestinationFigures(
    deps.db,
    rows.map(({ id }) => id),
  );
  return { items: rows.map((row) => destinationDto(row, figures.get(row.id))), nextCursor: null };
}
