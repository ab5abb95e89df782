import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import { accountDto } from "./account-dto";
import { lockAccount } from "./account-repository";
import { issueInvitation } from "@/lib/accounts/invitations/issue-invitation";
import type { InvitedAccount } from "./schema";

/**
 * Makes a new link with which a user sets their password, and cancels the one before. A password
 * that the user has works until the link is used. The link is in this answer alone. Errors:
 * `account.not-found`, `account.disabled`, `account.self`: users change their own password with the
 * one that they have.
 */
export async function inviteAccount(
  deps: Pick<Deps, "clock" | "random" | "recorder">,
  actor: Actor,
  id: string,
): Promise<Recorded<InvitedAccount>> {
  authorize(actor, "accounts.write");
  if (actor.kind === "user" && actor.id === id)
    throw new AppError(
      "account.self",
      "You can't create a link for yourself. Change your password under Your account.",
    );
  const now = deps.clock.now();
  const { result, entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    const row = await lockAccount(tx, id);
    if (row === null) throw new AppError("account.not-found", "User not found.");
    if (row.status !== "active")
      throw new AppError("account.disabled", "This user is disabled. Enable the user first.");
    const purpose = row.passwordHash === null ? "invitation" : "new-password";
    const issued = await issueInvitation(deps, tx, { account: row, actor, purpose, now });
    const account = accountDto({ ...row, invitation: issued.invitation });
    return { result: { ...account, link: issued.link }, entries: issued.entries };
  });
  return { result, entryId };
}
