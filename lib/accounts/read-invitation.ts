import type { Actor } from "@/lib/access/actor";
import { formatIso } from "@/lib/format/time";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { Deps } from "@/lib/runtime/deps";
import { findInvitation } from "./invitation-repository";
import { hashInvitationToken } from "@/lib/accounts/invitations/invitation-token";
import { assertInvitationOpen } from "@/lib/accounts/invitations/open-invitation";
import { accountTarget } from "./account-dto";
import type { InvitationDto } from "./schema";

/** Whose link this is, for its page. Recorded as a read. Errors: `invitation.invalid`. */
export async function readInvitation(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  actor: Actor,
  token: string,
): Promise<InvitationDto> {
  const row = await findInvitation(deps.db, hashInvitationToken(token));
  assertInvitationOpen(row, deps.clock.now());
  const { account, expiresAt } = row;
  await recordEntry(deps.recorder, actor, {
    action: "account.read",
    outcome: "success",
    target: accountTarget(account),
    details: { method: "GET", path: "/invitation" },
  });
  return {
    email: account.email,
    name: account.name,
    hasPassword: account.passwordHash !== null,
    hasCertificate: account.identityId !== null,
    expiresAt: formatIso(expiresAt),
  };
}
