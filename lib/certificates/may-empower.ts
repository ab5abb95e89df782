import type { Actor } from "@/lib/auth/actor";
import { scopeOf } from "@/lib/auth/permissions";

/**
 * Whether this actor may have certificates issued for identities that sign in to the console: those who give out accounts anyway, and the
 * identity itself, which holds such a certificate already. Anybody else could make themselves a certificate of an administrator.
 */
export const mayEmpower = (actor: Actor): boolean =>
  actor.role === "service" || scopeOf(actor.role, "accounts.write") === "all";
