import { formatIso } from "@/lib/format/time";
import type { AccountListRow, AccountWithIdentityRow } from "./account-repository";
import type { AccountDto, AccountRole, AccountStatus } from "./schema";

/** An account without its password hash. */
export function accountDto(row: AccountWithIdentityRow & Partial<AccountListRow>): AccountDto {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    role: row.role as AccountRole,
    status: row.status as AccountStatus,
    createdAt: formatIso(row.createdAt),
    changedAt: formatIso(row.changedAt),
    lastSignInAt: row.lastSignInAt ? formatIso(row.lastSignInAt) : null,
    openSessions: row.openSessions ?? 0,
    hasPassword: row.passwordHash !== null,
    invitation: row.invitation
      ? {
          createdAt: formatIso(row.invitation.createdAt),
          expiresAt: formatIso(row.invitation.expiresAt),
        }
      : null,
    identity: row.identity && {
      id: row.identity.id,
      name: row.identity.name,
      status: row.identity.status === "active" ? "active" : "suspended",
    },
  };
}

export const accountTarget = (row: Readonly<{ id: string; email: string }>) => ({
  kind: "account",
  id: row.id,
  label: row.email,
});
