import { accountDto, accountTarget } from "@/lib/accounts/account-dto";
import { countOtherAdmins, lockAccount, updateAccountRow, type AccountRow } from "@/lib/accounts/account-repository";
import { hashPassword } from "@/lib/accounts/password";
import type { AccountChange, AccountDto, AccountRole, AccountStatus } from "@/lib/accounts/schema";
import { endSessionRows } from "@/lib/accounts/session-repository";
import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { auditedTransaction } from "@/lib/log/audited-transaction";

type Changes = Record<string, { from: string | null; to: string | null }>;

/**
 * Changes an account's name, role, status or password. A new role, status or password ends its sessions at once. Nobody changes their own
 * role or status, and one active administrator always remains.
 */
export async function updateAccount(deps: Pick<Deps, "db" | "clock" | "random">, actor: Actor, id: string, change: AccountChange): Promise<AccountDto & { entryId: string }> {
  authorize(actor, "accounts.write");
  const now = deps.clock.now();
  const passwordHash = change.password === undefined ? undefined : await hashPassword(deps, change.password);
  const { result, entryIds } = await auditedTransaction(deps, actor, async (tx) => {
    // All administrators first, in their order, and then the row: two that remove each other wait instead of blocking each other.
    const otherAdmins = change.role === undefined && change.status === undefined ? null : await countOtherAdmins(tx, id);
    const row = await lockAccount(tx, id);
    if (row === null) throw new AppError("account.not-found", "There is no such account.", { kind: "not-found" });
    const changes = changesOf(row, change);
    assertNotSelf(actor, id, changes);
    assertAdminRemains(row, changes, otherAdmins);
    const { name = row.name, role = row.role as AccountRole, status = row.status as AccountStatus } = change;
    const data = { name, role, status, ...(passwordHash === undefined ? {} : { passwordHash }), changedAt: now };
    await updateAccountRow(tx, id, data);
    if ("role" in changes || "status" in changes || "password" in changes) await endSessionRows(tx, id, now);
    return { result: accountDto({ ...row, ...data }), entries: [{ action: "account.updated", outcome: "success", target: accountTarget(row), details: { changes } }] };
  });
  return { ...result, entryId: entryIds[0] ?? "" };
}

function changesOf(row: AccountRow, change: AccountChange): Changes {
  const changes: Changes = {};
  for (const field of ["name", "role", "status"] as const) {
    const to = change[field];
    if (to !== undefined && to !== row[field]) changes[field] = { from: row[field], to };
  }
  if (change.password !== undefined) changes["password"] = { from: null, to: "replaced" };
  return changes;
}

function assertAdminRemains(row: AccountRow, changes: Changes, otherAdmins: number | null): void {
  const loses = row.role === "admin" && row.status === "active" && ("role" in changes || "status" in changes);
  if (loses && otherAdmins === 0) throw new AppError("account.last-admin", "This is the last active administrator. Make another one first.", { kind: "conflict" });
}

function assertNotSelf(actor: Actor, id: string, changes: Changes): void {
  if (actor.kind === "user" && actor.id === id && ("role" in changes || "status" in changes)) {
    throw new AppError("account.self", "Nobody changes their own role or status. Ask another administrator.", { kind: "conflict" });
  }
}
