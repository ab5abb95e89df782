import { isRole } from "@/lib/accounts/schema";
import { findOpenSession } from "@/lib/accounts/session-repository";
import type { Role } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";

export type OpenSession = Readonly<{ id: string; expiresAt: Date; account: Readonly<{ id: string; email: string; name: string; role: Role }> }>;

/** The session as it stands now: null once it has ended or expired, or its account is disabled. Looked up on every request. */
export async function findSession(deps: Pick<Deps, "db" | "clock">, id: string): Promise<OpenSession | null> {
  const row = await findOpenSession(deps.db, id, deps.clock.now());
  if (row === null || !isRole(row.role)) return null;
  return { id: row.id, expiresAt: row.expires_at, account: { id: row.account_id, email: row.email, name: row.name, role: row.role } };
}
