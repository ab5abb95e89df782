import type { z } from "zod";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { Deps } from "@/lib/runtime/deps";
import { noSuchPermission, permissionDto } from "./permission-dto";
import { findPermissionRow, listPermissionRows } from "./permission-repository";
import type { CaPermissionDto, caPermissionQuery, CaPermissionList } from "./schema";

/** CA permissions, newest first; of one identity or one CA, if the query names it. */
export async function listCaPermissions(
  deps: Pick<Deps, "db">,
  actor: Actor,
  query: z.output<typeof caPermissionQuery> = {},
): Promise<CaPermissionList> {
  authorize(actor, "authorities.read");
  const rows = await listPermissionRows(deps.db, query);
  return { items: rows.map(permissionDto), nextCursor: null };
}

/** Errors: `ca-permission.not-found`. */
export async function getCaPermission(
  deps: Pick<Deps, "db">,
  actor: Actor,
  id: string,
): Promise<CaPermissionDto> {
  authorize(actor, "authorities.read");
  const row = await findPermissionRow(deps.db, id);
  if (row === null) throw noSuchPermission();
  return permissionDto(row);
}
