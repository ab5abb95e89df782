import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import { accountDto } from "./account-dto";
import { lockAccount } from "./account-repository";
import { cancelOpenInvitation } from "@/lib/accounts/invitations/issue-invitation";
import type { AccountDto } from "./schema";

/** Cancels a user's open link. Errors: `account.not-found`, `invitation.not-found`. */
export async function cancelInvitation(
  deps: Pick<Deps, "clock" | "recorder">,
  actor: Actor,
  id: string,
): Promise<Recorded<AccountDto>> {
  authorize(actor, "accounts.write");
  return auditedTransaction(deps.recorder, actor, async (tx) => {
    const row = await lockAccount(tx, id);
    if (row === null) throw new AppError("account.not-found", "User not found.");
    const [canceled] = await cancelOpenInvitation(tx, row, deps.clock.now());
    if (canceled === undefined)
      throw new AppError("invitation.not-found", "This user has no open link.");
    return { result: accountDto(row), entries: [canceled] };
  });
}
