import { credentialDigest } from "@/lib/log/credential-digest";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import { accountTarget } from "./account-dto";
import { updateAccountRow } from "./account-repository";
import { forgiveAttempt } from "./attempt-repository";
import { findInvitation, lockInvitation, useInvitation } from "./invitation-repository";
import { hashInvitationToken } from "@/lib/accounts/invitations/invitation-token";
import { invitationTarget } from "@/lib/accounts/invitations/issue-invitation";
import { assertInvitationOpen } from "@/lib/accounts/invitations/open-invitation";
import { withHasher } from "./password";
import type { InvitationAcceptance } from "./schema";
import { endSessionRows } from "./session-repository";
import { signInLimits } from "@/lib/accounts/limits/sign-in-limits";

type AcceptDeps = Pick<Deps, "db" | "clock" | "random" | "recorder" | "passwordCost" | "hashQueue">;

/**
 * Sets the password of the account that a link is for, ends its sessions and uses the link up. The
 * link is looked at before anything is hashed. The caller's network then counts as known to the
 * account, so that guesses from elsewhere can't keep its owner out. Errors: `invitation.invalid`,
 * `session.busy`.
 */
export async function acceptInvitation(
  deps: AcceptDeps,
  actor: Actor,
  { token, password }: InvitationAcceptance,
): Promise<Recorded<Readonly<{ email: string }>>> {
  const tokenSha256 = hashInvitationToken(token);
  const { ip } = actor.address;
  const found = await findInvitation(deps.db, tokenSha256);
  assertInvitationOpen(found, deps.clock.now());
  const { id, email } = found.account;
  const turn = { ip, first: true };
  const passwordHash = await withHasher(deps, turn, ({ hash }) => hash(password));
  const now = deps.clock.now();
  const user: Actor = { ...actor, kind: "user", id, label: email };
  return auditedTransaction(deps.recorder, user, async (tx) => {
    const row = await lockInvitation(tx, tokenSha256);
    assertInvitationOpen(row, now);
    await useInvitation(tx, row.id, { usedAt: now, usedIp: ip ?? "" });
    await updateAccountRow(tx, id, { passwordHash, changedAt: now });
    await endSessionRows(tx, id, now);
    await forgiveAttempt(tx, signInLimits(email, ip, true));
    return {
      result: { email },
      entries: [
        {
          action: "invitation.accepted",
          outcome: "success",
          target: invitationTarget(row.id, email),
          details: { email },
        },
        {
          action: "account.updated",
          outcome: "success",
          target: accountTarget(row.account),
          details: {
            changes: { password: { from: null, to: "replaced" } },
            passwordDigest: credentialDigest(passwordHash),
          },
        },
      ],
    };
  });
}
