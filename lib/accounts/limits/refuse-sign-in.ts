import type { Actor } from "@/lib/access/actor";
import { AppError } from "@/lib/errors/app-error";
import type { EntryId } from "@/lib/format/ids";
import { accountTarget } from "@/lib/accounts/account-dto";
import { httpStatusOf } from "@/lib/errors/http-status";
import { recordEntry } from "@/lib/log/record/record-entry";
import { recordRefusalEntry } from "@/lib/log/record/record-refusal";
import type { Deps } from "@/lib/runtime/deps";
import type { NewLock } from "@/lib/accounts/attempt-repository";
import type { SignInLimit } from "./sign-in-limits";

/** Where next-auth takes passwords. */
const signInPath = "/api/auth/callback/credentials";

export type SignInRefusal = Readonly<{
  /** As entered, without what can't be recorded. */
  email: string;
  account: Readonly<{ id: string; email: string }> | null;
  reason: string;
}>;

/** Records a sign-in that was refused, and the limits that it reached. Returns the entry's id. */
export async function recordRefusedSignIn(
  { recorder }: Pick<Deps, "recorder">,
  actor: Actor,
  { email, account, reason }: SignInRefusal,
  newLocks: readonly (NewLock & Pick<SignInLimit, "scope">)[] = [],
): Promise<EntryId> {
  const target = account === null ? null : accountTarget(account);
  const refused = recordEntry(recorder, actor, {
    action: "session.refused",
    outcome: "denied",
    reason,
    target,
    details: { email },
  });
  const locked = newLocks.map(({ failures, until, scope }) =>
    recordEntry(recorder, actor, {
      action: "account.locked",
      outcome: "denied",
      target: scope.account ? target : { kind: "address", id: scope.network, label: scope.network },
      details: {
        failures,
        until: until.toISOString(),
        ...(scope.account ? { from: scope.network } : {}),
      },
    }),
  );
  const [{ entryId }] = await Promise.all([refused, ...locked]);
  return entryId;
}

/** Sign-ins that were refused before a password was looked at. */
type EarlyRefusal = SignInRefusal & Readonly<{ code: "session.limited" | "session.busy" }>;

/**
 * Records a sign-in that was refused before its password was verified. Nothing bounds how many
 * come, so of callers without a credential only the first of a minute and network get an entry; the
 * rest is counted. Returns the entry's id, or null if it was counted.
 */
export async function recordEarlyRefusal(
  { recorder }: Pick<Deps, "recorder">,
  actor: Actor,
  { email, account, reason, code }: EarlyRefusal,
): Promise<EntryId | null> {
  const counted = {
    action: "request.refused",
    outcome: "denied",
    reason,
    target: null,
    details: { method: "POST", path: signInPath, status: httpStatusOf(code), code },
  } as const;
  const { entryId } = await recordRefusalEntry(recorder, actor, counted, {
    action: "session.refused",
    outcome: "denied",
    reason,
    target: account === null ? null : accountTarget(account),
    details: { email },
  });
  return entryId;
}

/** Too many wrong guesses. The same for accounts that exist and those that don't. */
export function limitedError(until: Date, now: Date): AppError {
  const seconds = Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1000));
  const minutes = Math.ceil(seconds / 60);
  return new AppError(
    "session.limited",
    `Too many failed sign-ins. Try again in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`,
    { retryAfterSeconds: seconds },
  );
}
