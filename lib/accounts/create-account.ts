import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import { accountDto } from "./account-dto";
import { acceptMailboxHolders } from "@/lib/identities/name-power";
import { accountCreated, makeAccountRow, refuseExistingEmail } from "./account-row";
import { insertAccount } from "./account-repository";
import { issueInvitation } from "@/lib/accounts/invitations/issue-invitation";
import type { AccountInput, InvitedAccount } from "./schema";

/**
 * Creates an account for a person, without a password, and the link with which the person sets it.
 * The link is in this answer alone. Errors: `account.exists`,
 * `account.email-held`.
 */
export async function createAccount(
  deps: Pick<Deps, "clock" | "random" | "recorder">,
  actor: Actor,
  input: AccountInput,
): Promise<Recorded<InvitedAccount>> {
  authorize(actor, "accounts.write");
  const now = deps.clock.now();
  const row = makeAccountRow(deps, input, null, now);
  const { result, entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    const emailHolders = await acceptMailboxHolders(tx, {
      email: row.email,
      accepted: input.acceptEmailHolders === true,
      now,
    });
    await insertAccount(tx, row);
    const issued = await issueInvitation(deps, tx, {
      account: row,
      actor,
      purpose: "invitation",
      now,
    });
    return { result: issued, entries: [accountCreated(row, emailHolders), ...issued.entries] };
  }).catch((error: unknown) => refuseExistingEmail(error, input.email));
  const { invitation, link } = result;
  return { result: { ...accountDto({ ...row, identity: null, invitation }), link }, entryId };
}
