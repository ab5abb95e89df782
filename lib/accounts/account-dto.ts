import type { AccountListRow, LinkedAccountRow } from "@/lib/accounts/account-repository";
import type { AccountDto, AccountRole, AccountStatus } from "@/lib/accounts/schema";
import { formatIso } from "@/lib/format/time";

/** An account as others may see it: never its password's hash. */
export function accountDto(row: LinkedAccountRow & Partial<AccountListRow>): AccountDto {
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
