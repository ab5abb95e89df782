import type { Actor } from "@/lib/access/actor";
import { scopeOf } from "@/lib/access/permissions";
import type { Deps } from "@/lib/runtime/deps";
import { permissionOfList, type SavedView, type ViewList, viewLists } from "./schema";
import { accountOfViews, authorizeList } from "./view-account";
import { listViewRows, type SavedViewRow } from "./view-repository";

export const viewDto = ({ id, list, name, query, createdAt }: SavedViewRow): SavedView => ({
  id,
  list: list as ViewList,
  name,
  query,
  createdAt: createdAt.toISOString(),
});

/** The actor's own views of a list by name. Errors: `view.account`. */
export async function listViews(
  deps: Pick<Deps, "db">,
  actor: Actor,
  list: ViewList,
): Promise<SavedView[]> {
  authorizeList(actor, list);
  return (await listViewRows(deps.db, accountOfViews(actor), [list])).map(viewDto);
}

/** The actor's own views of all lists that they may read, by name. Errors: `view.account`. */
export async function listAllViews(deps: Pick<Deps, "db">, actor: Actor): Promise<SavedView[]> {
  const accountId = accountOfViews(actor);
  const lists = viewLists.filter((list) => scopeOf(actor.role, permissionOfList[list]) === "all");
  return (await listViewRows(deps.db, accountId, lists)).map(viewDto);
}
