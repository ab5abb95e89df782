import { accountRoles } from "@/lib/accounts/schema";
import type { Actor } from "@/lib/auth/actor";
import { authorize, scopeOf } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import type { AuditedTx } from "@/lib/log/audited-transaction";
import { holdAssignee, labelAccounts, listAssigneeRows } from "./assignee-repository";
import type { Assignee } from "./schema";

const most = 500;
const answering: readonly string[] = accountRoles.filter(
  (role) => scopeOf(role, "alerts.handle") !== "none",
);

/** Whom an alert can be given to: every active account that may answer alerts, by its label; at most 500. Whoever may give one may know them. */
export async function listAssignees(deps: Pick<Deps, "db">, actor: Actor): Promise<Assignee[]> {
  authorize(actor, "alerts.handle");
  return (await listAssigneeRows(deps.db, answering, most)).map(({ id, email }) => ({
    id,
    label: email,
  }));
}

/** The account as entries call it, held until the transaction ends. Errors: `alert.assignee` (there is none), `alert.assignee-disabled`, `alert.assignee-role`. */
export async function takeAssignee(tx: AuditedTx, id: string): Promise<Assignee> {
  const account = await holdAssignee(tx, id);
  if (account === null)
    throw refusal(
      "alert.assignee",
      "There is no account with this id. The list of assignees has those that there are.",
    );
  if (account.status !== "active")
    throw refusal(
      "alert.assignee-disabled",
      `The account ${account.email} is disabled. Choose somebody who can sign in.`,
    );
  if (!answering.includes(account.role))
    throw refusal(
      "alert.assignee-role",
      `${account.email} (${account.role}) may not answer alerts. Choose somebody of the list of assignees.`,
    );
  return { id: account.id, label: account.email };
}

/** Whoever has it now, whether active or not; null for nobody. */
export async function findAssignee(tx: AuditedTx, id: string | null): Promise<Assignee | null> {
  return id === null
    ? null
    : { id, label: (await labelAccounts({ prisma: tx }, [id])).get(id) ?? id };
}

function refusal(code: string, message: string): AppError {
  return new AppError(code, message, { findings: [{ code, message, path: "to" }] });
}
