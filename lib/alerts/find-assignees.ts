import type { Actor } from "@/lib/access/actor";
import { authorize, scopeOf } from "@/lib/access/permissions";
import { accountRoles } from "@/lib/accounts/schema";
import { AppError } from "@/lib/errors/app-error";
import type { ErrorCode } from "@/lib/errors/codes";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import {
  type AssigneeRow,
  findAssigneeForShare,
  findAssigneeRow,
  labelAccounts,
  listAssigneeRows,
} from "./assignee-repository";
import type { Assignee } from "./schema";

const maxListed = 500;
const rolesThatHandle: readonly string[] = accountRoles.filter(
  (role) => scopeOf(role, "alerts.handle") !== "none",
);

/**
 * The accounts that an alert can be assigned to: active, with permission to handle alerts, sorted by
 * label; at most 500.
 */
export async function listAssignees(deps: Pick<Deps, "db">, actor: Actor): Promise<Assignee[]> {
  authorize(actor, "alerts.handle");
  return (await listAssigneeRows(deps.db, rolesThatHandle, maxListed)).map(({ id, email }) => ({
    id,
    label: email,
  }));
}

/**
 * The account to assign to, with the label that entries use; locked until the transaction ends.
 * Errors: `alert.assignee` (not found), `alert.assignee-disabled`, `alert.assignee-role`.
 */
export async function getAssignee(tx: AuditedTx, id: string): Promise<Assignee> {
  return assigneeOf(await findAssigneeForShare(tx, id));
}

/** The same before anything is changed, without a lock. Errors: as `getAssignee`. */
export async function findAssigneeToBe(deps: Pick<Deps, "db">, id: string): Promise<Assignee> {
  return assigneeOf(await findAssigneeRow(deps.db, id));
}

function assigneeOf(account: AssigneeRow | null): Assignee {
  if (account === null)
    throw refusal("alert.assignee", "User not found. Choose someone from the list of assignees.");
  if (account.status !== "active")
    throw refusal(
      "alert.assignee-disabled",
      `The account ${account.email} is disabled. Choose an active user.`,
    );
  if (!rolesThatHandle.includes(account.role))
    throw refusal(
      "alert.assignee-role",
      `${account.email} (${account.role}) can't handle alerts. Choose someone from the list of assignees.`,
    );
  return { id: account.id, label: account.email };
}

/** The current assignee, active or not; null for none. */
export async function findAssignee(tx: AuditedTx, id: string | null): Promise<Assignee | null> {
  return id === null
    ? null
    : { id, label: (await labelAccounts({ prisma: tx }, [id])).get(id) ?? id };
}

function refusal(code: ErrorCode, message: string): AppError {
  return new AppError(code, message, { findings: [{ code, message, path: "to" }] });
}
