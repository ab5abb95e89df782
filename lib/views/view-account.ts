import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { uniqueViolation } from "@/lib/log/record/audited-transaction";
import { permissionOfList, type ViewList } from "./schema";

/** The account whose views these are. Throws `view.account` for a token or system. */
export function accountOfViews(actor: Actor): string {
  if (actor.kind !== "user" || actor.id === null)
    throw new AppError("view.account", "Only users have saved views.");
  return actor.id;
}

/** Passes for those who may read the list. */
export function authorizeList(actor: Actor, list: ViewList): void {
  authorize(actor, permissionOfList[list]);
}

/** Turns a violated unique constraint into `view.exists`. */
export function refuseExistingView(error: unknown, name: string): never {
  if (uniqueViolation(error) === null) throw error;
  const message = `You already have a view of this list named ${name}. Choose another name.`;
  throw new AppError("view.exists", message, {
    findings: [{ code: "view.exists", path: "name", message }],
    cause: error,
  });
}
