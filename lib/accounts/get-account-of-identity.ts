import { findAccountOfIdentity } from "@/lib/accounts/account-repository";
import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";

/** The account that the certificates of this person sign in to; null for none. */
export async function getAccountOfIdentity(
  deps: Pick<Deps, "db">,
  actor: Actor,
  identityId: string,
): Promise<Readonly<{ id: string; email: string; name: string }> | null> {
  authorize(actor, "accounts.read");
  const row = await findAccountOfIdentity(deps.db, identityId);
  return row && { id: row.id, email: row.email, name: row.name };
}
