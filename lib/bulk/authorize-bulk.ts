import type { Actor } from "@/lib/access/actor";
import { assertProven, authorize, type Permission, scopeOf } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { type BulkAct, changesAlerts, changesIdentities } from "./schema";

/** What has to be allowed for everything, so that it can be done to a selection. */
function permissionsFor(act: BulkAct): readonly Permission[] {
  if (act === "issue") return ["certificates.issue"];
  if (changesIdentities(act)) return ["identities.write"];
  if (changesAlerts(act)) return ["alerts.handle"];
  if (act === "request-rotation" || act === "cancel-rotation-request")
    return ["certificates.rotate"];
  return act === "revoke" ? ["certificates.revoke"] : ["certificates.revoke", "certificates.hold"];
}

/**
 * Passes for those who may do this to every certificate, identity or alert. Errors: `forbidden`,
 * `unauthenticated`, `certificate.asserted`.
 */
export function authorizeBulk(actor: Actor, act: BulkAct): void {
  assertProven(actor);
  if (changesStatus.has(act)) {
    const scope = authorize(actor, "certificates.revoke");
    if (act !== "revoke" || scope !== "all") authorize(actor, "certificates.hold");
    return;
  }
  for (const permission of permissionsFor(act))
    if (authorize(actor, permission) !== "all")
      throw new AppError("forbidden", `Your role does not allow this (${permission} of all).`);
}

const changesStatus: ReadonlySet<BulkAct> = new Set<BulkAct>(["revoke", "hold", "release"]);

/** Whether the role still allows it, for an action that is running. */
export const mayRunBulk = ({ role }: Pick<Actor, "role">, act: BulkAct): boolean =>
  permissionsFor(act).every((permission) => scopeOf(role, permission) === "all");
