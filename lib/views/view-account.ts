import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { uniqueViolation } from "@/lib/log/record/audited-transaction";

/** The account whose views these are. Needs audit.read. Throws `view.account` for a token or system. */
export function accountOfViews(actor: Actor): string {
  authorize(actor, "audit.read");
  if (actor.kind !== "user" || actor.id === null)
    throw new AppError("view.account", "Only users have saved views.");
  return actor.id;
}

/** Turns a violated unique constraint into `view.exists`. */
export function refuseExistingView(error: unknown, name: string): never {
  if (uniqueViolation(error) === null) throw error;
  const message = `You already have a view named ${name}. Choose another name.`;
  throw new AppError("view.exists", message, {
    findings: [{ code: "view.exists", path: "name", message }],
    cause: error,
  });
}
