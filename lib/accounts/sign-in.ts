import { findAccountByEmail, type AccountRow } from "@/lib/accounts/account-repository";
import {
  countAttempts,
  forgiveAttempts,
  lockedFrom,
  type AttemptState,
} from "@/lib/accounts/attempt-repository";
import { verifyPassword } from "@/lib/accounts/password";
import type { SignInInput } from "@/lib/accounts/schema";
import { attemptLimits } from "@/lib/accounts/sign-in-limits";
import { startSession, type SignedIn } from "@/lib/accounts/start-session";
import type { Actor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { recordEntry } from "@/lib/log/record";

type Needs = Pick<Deps, "db" | "clock" | "random">;

/**
 * Starts a session for whoever knows the password. A wrong password, an unknown or disabled account and a lock (5 failures of one account
 * or 20 of one address in 15 minutes) give one and the same `session.refused` after the same work; the reason stands in the record alone.
 */
export async function signIn(deps: Needs, actor: Actor, input: SignInInput): Promise<SignedIn> {
  const now = deps.clock.now();
  const email = input.email.trim().toLowerCase();
  const limits = attemptLimits(email, actor.origin.ip);
  const attempts = await countAttempts(deps.db, limits, now);
  const account = await findAccountByEmail(deps.db, email);
  const fits = await verifyPassword(account?.passwordHash ?? null, input.password);
  const reason = reasonAgainst(account, fits, attempts);
  if (reason !== null || account === null)
    return refuse(deps, actor, {
      email,
      account,
      reason: reason ?? "unknown account",
      attempts,
      now,
    });
  const [accountKey, addressKey] = limits;
  return startSession(deps, actor, {
    account,
    method: "password",
    certificate: null,
    now,
    also: (tx) => forgiveAttempts(tx, accountKey.key, addressKey.key),
  });
}

function reasonAgainst(
  account: AccountRow | null,
  fits: boolean,
  attempts: readonly AttemptState[],
): string | null {
  if (attempts.some((attempt) => attempt.refused)) return "locked";
  if (account === null) return "unknown account";
  if (!fits) return "wrong password";
  return account.status === "active" ? null : "disabled account";
}

type Refusal = Readonly<{
  email: string;
  account: AccountRow | null;
  reason: string;
  attempts: readonly AttemptState[];
  now: Date;
}>;

async function refuse(deps: Needs, actor: Actor, refusal: Refusal): Promise<never> {
  const { email, account, reason, attempts, now } = refusal;
  const target =
    account === null ? null : { kind: "account", id: account.id, label: account.email };
  const entries = [
    recordEntry(deps, actor, {
      action: "session.refused",
      outcome: "denied",
      reason,
      target,
      details: { email },
    }),
  ];
  for (const { key, count, refused, locked_until: until } of attempts) {
    if (refused || until === null || until.getTime() !== lockedFrom(now).getTime()) continue;
    const locked = key.startsWith("account:")
      ? target
      : { kind: "address", id: key.slice("address:".length), label: key.slice("address:".length) };
    entries.push(
      recordEntry(deps, actor, {
        action: "account.locked",
        outcome: "denied",
        target: locked,
        details: { failures: count, until: until.toISOString() },
      }),
    );
  }
  const [first] = await Promise.all(entries);
  throw new AppError("session.refused", "The e-mail address or the password is not right.", {
    kind: "unauthenticated",
    details: { entryId: first?.entryId },
  });
}
