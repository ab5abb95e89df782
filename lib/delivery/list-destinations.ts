import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { destinationDto } from "./destination-dto";
import { figuresOf, listDestinationRows } from "./destination-repository";
import type { DestinationDto } from "./schema";

/** Every destination by name, without those that were removed. There are few, so they are one page. */
export async function listDestinations(
  deps: Pick<Deps, "db">,
  actor: Actor,
): Promise<{ items: readonly DestinationDto[]; nextCursor: null }> {
  authorize(actor, "destinations.read");
  const rows = await listDestinationRows(deps.db),
    figures = await figuresOf(
      deps.db,
      rows.map(({ id }) => id),
    );
  return { items: rows.map((row) => destinationDto(row, figures.get(row.id))), nextCursor: null };
}
