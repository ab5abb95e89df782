import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { accountDto, accountTarget } from "./account-dto";
import { findAccountByEmail, lockAccount, updateAccountRow } from "./account-repository";
import { issueInvitation } from "@/lib/accounts/invitations/issue-invitation";
import type { InvitedAccount } from "./schema";

/**
 * Makes a link for an account on the host, for administrators who can't sign in anymore. `enable`
 * also enables a disabled account. Limits of sign-in attempts don't apply to links. Only for the
 * command line: who runs it can read the data folder anyway. Errors: `account.not-found`,
 * `account.disabled`.
 */
export async function recoverAccount(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
  actor: Actor,
  { email, enable }: Readonly<{ email: string; enable: boolean }>,
): Promise<Recorded<InvitedAccount>> {
  authorize(actor, "accounts.write");
  if (actor.kind !== "system")
    throw new AppError("forbidden", "Accounts are recovered on the host only.");
  const found = await findAccountByEmail(deps.db, email.trim().toLowerCase());
  if (found === null) throw new AppError("account.not-found", `No user has the email ${email}.`);
  const now = deps.clock.now();
  const { result, entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    const row = await lockAccount(tx, found.id);
    if (row === null) throw new AppError("account.not-found", "User not found.");
    const isDisabled = row.status !== "active";
    if (isDisabled && !enable)
      throw new AppError(
        "account.disabled",
        `${row.email} is disabled. Add --enable to enable the user as well.`,
      );
    const enabled: NewEntry[] = isDisabled
      ? [
          {
            action: "account.updated",
            outcome: "success",
            target: accountTarget(row),
            details: { changes: { status: { from: row.status, to: "active" } } },
          },
        ]
      : [];
    if (isDisabled) await updateAccountRow(tx, row.id, { status: "active", changedAt: now });
    const issued = await issueInvitation(deps, tx, {
      account: row,
      actor,
      purpose: "recovery",
      now,
    });
    const account = accountDto({ ...row, status: "active", invitation: issued.invitation });
    return { result: { ...account, link: issued.link }, entries: [...issued.entries, ...enabled] };
  });
  return { result, entryId };
}
