import { type Permission, scopeOf } from "@/lib/access/permissions";
import { isRole } from "@/lib/access/roles";
import { findMakerState, type MakerReader } from "./lineage-repository";

/**
 * Of the account and the tokens that made a credential: whether each of them still counts, and the
 * account's role still has the permission that it was made with.
 */
export async function isMakerActive(
  { db }: Readonly<{ db: MakerReader }>,
  made: Readonly<{ accountId: string | null; lineage: readonly string[] }>,
  permission: Permission,
  now: Date,
): Promise<boolean> {
  if (made.accountId === null && made.lineage.length === 0) return true;
  const { account, ended } = await findMakerState(db, made, now);
  if (ended > 0) return false;
  if (made.accountId === null) return true;
  return (
    account?.status === "active" &&
    isRole(account.role) &&
    scopeOf(account.role, permission) !== "none"
  );
}
