import type { Actor } from "@/lib/access/actor";
import type { Deps } from "@/lib/runtime/deps";
import type { SavedView } from "./schema";
import { accountOfViews } from "./view-account";
import { listViewRows, type SavedViewRow } from "./view-repository";

export const viewDto = ({ id, name, query, createdAt }: SavedViewRow): SavedView => ({
  id,
  name,
  query,
  createdAt: createdAt.toISOString(),
});

/** The actor's own views by name. Errors: `view.account`. */
export async function listViews(deps: Pick<Deps, "db">, actor: Actor): Promise<SavedView[]> {
  return (await listViewRows(deps.db, accountOfViews(actor))).map(viewDto);
}
