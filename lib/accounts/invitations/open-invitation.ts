import { AppError } from "@/lib/errors/app-error";
import type { InvitationRow } from "@/lib/accounts/invitation-repository";

/**
 * Passes if the link works; otherwise throws `invitation.invalid` with the reason. Whoever has the
 * link may know what became of it, and learns nothing about any account.
 */
export function assertInvitationOpen(
  row: InvitationRow | null,
  now: Date,
): asserts row is InvitationRow {
  const problem = invitationProblem(row, now);
  if (problem !== null) throw new AppError("invitation.invalid", problem);
}

function invitationProblem(row: InvitationRow | null, now: Date): string | null {
  const askAgain = "Ask an administrator for a new link.";
  if (row === null) return `This link isn't valid. Copy it again in full, or ask for a new one.`;
  if (row.usedAt !== null)
    return `This link was already used. Sign in with your password. If you didn't set it yourself, tell an administrator.`;
  if (row.canceledAt !== null || row.account.status !== "active")
    return `This link was canceled or replaced by a newer one. ${askAgain}`;
  return now >= row.expiresAt ? `This link has expired. ${askAgain}` : null;
}
