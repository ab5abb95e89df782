import { accountTarget } from "@/lib/accounts/account-dto";
import { findAccountById, updateAccountRow } from "@/lib/accounts/account-repository";
import { countAttempts, forgiveAttempts } from "@/lib/accounts/attempt-repository";
import { hashPassword, verifyPassword } from "@/lib/accounts/password";
import type { PasswordChange } from "@/lib/accounts/schema";
import { endSessionRows } from "@/lib/accounts/session-repository";
import { attemptLimits } from "@/lib/accounts/sign-in-limits";
import type { Actor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { auditedTransaction } from "@/lib/log/audited-transaction";

/**
 * Replaces one's own password and ends every other session. Wrong guesses of the present one count towards the same lock as sign-ins do: a
 * borrowed browser is no way around it.
 */
export async function changePassword(
  deps: Pick<Deps, "db" | "clock" | "random">,
  actor: Actor,
  input: PasswordChange,
  currentSessionId: string | null = null,
): Promise<{ entryId: string }> {
  const account =
    actor.kind === "user" && actor.id !== null ? await findAccountById(deps.db, actor.id) : null;
  if (account === null)
    throw new AppError("forbidden", "Only somebody who has signed in has a password to change.", {
      kind: "forbidden",
    });
  const now = deps.clock.now();
  const limits = attemptLimits(account.email, actor.origin.ip);
  const attempts = await countAttempts(deps.db, limits, now);
  const fits = await verifyPassword(account.passwordHash, input.current);
  if (!fits || attempts.some((attempt) => attempt.refused)) {
    const message = "This is not the password that you have now.";
    throw new AppError("account.wrong-password", message, {
      findings: [{ code: "account.wrong-password", path: "current", message }],
    });
  }
  const passwordHash = await hashPassword(deps, input.password);
  const { entryIds } = await auditedTransaction(deps, actor, async (tx) => {
    await updateAccountRow(tx, account.id, { passwordHash, changedAt: now });
    await endSessionRows(tx, account.id, now, currentSessionId);
    await forgiveAttempts(tx, limits[0].key, limits[1].key);
    return {
      result: null,
      entries: [
        {
          action: "account.updated",
          outcome: "success",
          target: accountTarget(account),
          details: { changes: { password: { from: null, to: "replaced" } } },
        },
      ],
    };
  });
  return { entryId: entryIds[0] ?? "" };
}
