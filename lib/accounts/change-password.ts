import { credentialDigest } from "@/lib/log/credential-digest";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { AppError } from "@/lib/errors/app-error";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import { accountTarget } from "./account-dto";
import { findAccountById, updateAccountRow } from "./account-repository";
import { countAttempt, findLock, forgiveAttempt } from "./attempt-repository";
import { withHasher } from "./password";
import { readSignInLimits } from "@/lib/accounts/limits/read-sign-in-limits";
import { limitedError } from "@/lib/accounts/limits/refuse-sign-in";
import type { PasswordChange } from "./schema";
import { endSessionRows } from "./session-repository";

type ChangeDeps = Pick<Deps, "db" | "clock" | "random" | "recorder" | "passwordCost" | "hashQueue">;

/**
 * Changes the caller's own password and ends all their other sessions. Wrong current passwords
 * count towards the same limits as failed sign-ins, so an unattended browser can't be used to guess
 * it. Errors: `forbidden`, `account.wrong-password`, `session.limited`, `session.busy`.
 */
export async function changePassword(
  deps: ChangeDeps,
  actor: Actor,
  input: PasswordChange,
  currentSessionId: string | null = null,
): Promise<Recorded<null>> {
  const account =
    actor.kind === "user" && actor.id !== null ? await findAccountById(deps.db, actor.id) : null;
  if (account === null)
    throw new AppError("forbidden", "Only a signed-in user can change a password.");
  const { ip } = actor.address;
  const now = deps.clock.now();
  const { limits } = await readSignInLimits(deps, { email: account.email, ip, now });
  const until = await findLock(deps.db, limits, now);
  if (until !== null) throw limitedError(until, now);
  const passwordHash = await withHasher(deps, { ip, first: true }, async ({ verify, hash }) => {
    const { lockedUntil } = await countAttempt(deps.db, limits, now);
    if (lockedUntil !== null) throw limitedError(lockedUntil, now);
    return (await verify(account.passwordHash, input.current)) ? hash(input.password) : null;
  });
  if (passwordHash === null) throw wrongPassword();
  return auditedTransaction(deps.recorder, actor, async (tx) => {
    await updateAccountRow(tx, account.id, { passwordHash, changedAt: now });
    await endSessionRows(tx, account.id, now, currentSessionId);
    await forgiveAttempt(tx, limits);
    return {
      result: null,
      entries: [
        {
          action: "account.updated",
          outcome: "success",
          target: accountTarget(account),
          details: {
            changes: { password: { from: null, to: "replaced" } },
            passwordDigest: credentialDigest(passwordHash),
          },
        },
      ],
    };
  });
}

function wrongPassword(): AppError {
  const message = "This is not your current password.";
  return new AppError("account.wrong-password", message, {
    findings: [{ code: "account.wrong-password", path: "current", message }],
  });
}
