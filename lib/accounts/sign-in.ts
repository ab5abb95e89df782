import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { AppError, isAppError } from "@/lib/errors/app-error";
import type { Deps } from "@/lib/runtime/deps";
import { findAccountByEmail, type AccountRow } from "./account-repository";
import { countAttempt, findLock, forgiveAttempt, type NewLock } from "./attempt-repository";
import { withHasher } from "./password";
import { readSignInLimits } from "@/lib/accounts/limits/read-sign-in-limits";
import {
  limitedError,
  recordEarlyRefusal,
  recordRefusedSignIn,
} from "@/lib/accounts/limits/refuse-sign-in";
import { signInInput, type EnteredSignIn, type SignInInput } from "./schema";
import type { SignInLimit } from "@/lib/accounts/limits/sign-in-limits";
import { startSession, type SignedIn } from "./start-session";

type SignInDeps = Pick<
  Deps,
  "db" | "clock" | "random" | "recorder" | "passwordCost" | "hashQueue" | "sessionIdleMs"
>;
type Attempt = Readonly<{ email: string; limits: readonly SignInLimit[] }>;
type VerifiedAttempt = Readonly<{
  lockedUntil: Date | null;
  newLocks: readonly NewLock[];
  account: AccountRow | null;
  reason: string | null;
}>;

/**
 * Signs in with a password. Limits are looked at before anything is hashed; a client that waits for
 * its turn to hash is counted when the turn comes. A wrong password, an unknown and a disabled
 * account all give the same `session.refused` after the same work, and a limit is the same for
 * accounts that exist and those that don't; only the audit log has the reason. Every refusal is
 * recorded, also of what can't be an email or password. Errors: `session.refused`,
 * `session.limited`, `session.busy`.
 */
export async function signIn(
  deps: SignInDeps,
  actor: Actor,
  entered: EnteredSignIn,
): Promise<Recorded<SignedIn>> {
  const { ip } = actor.address;
  const email = recordableEmail(entered.email);
  const input = signInInput.safeParse({ ...entered, email });
  const { known, limits } = await readSignInLimits(deps, { email, ip, now: deps.clock.now() });
  const attempt = { email, limits };
  const until = await findLock(deps.db, limits, deps.clock.now());
  if (until !== null) return refuseLimited(deps, actor, attempt, until);
  const isWhole = input.success && email === entered.email.trim().toLowerCase();
  if (!isWhole) {
    const counted = await countAttempt(deps.db, limits, deps.clock.now());
    return refuse(deps, actor, attempt, { ...counted, account: null, reason: "invalid input" });
  }
  const verified = await verifyAttempt(deps, actor, { ...attempt, known }, input.data);
  if (verified.lockedUntil !== null)
    return refuseLimited(deps, actor, attempt, verified.lockedUntil, verified.account);
  const { account, reason } = verified;
  if (account === null || reason !== null) return refuse(deps, actor, attempt, verified);
  return startSession(deps, actor, {
    account,
    method: "password",
    certificate: null,
    passwordHash: account.passwordHash ?? undefined,
    now: deps.clock.now(),
    alsoInTransaction: (tx) => forgiveAttempt(tx, limits),
  });
}

/** The email in the form that accounts have, without what the database and entries can't hold. */
const recordableEmail = (entered: string): string =>
  entered
    .trim()
    .toLowerCase()
    .replaceAll(/\p{Cc}/gu, "")
    .slice(0, 254);

/** Waits for a turn, counts the attempt and verifies the password. */
async function verifyAttempt(
  deps: SignInDeps,
  actor: Actor,
  { email, limits, known }: Attempt & Readonly<{ known: boolean }>,
  input: SignInInput,
): Promise<VerifiedAttempt> {
  const turn = { ip: actor.address.ip, first: known };
  try {
    return await withHasher(deps, turn, async ({ verify }) => {
      const counted = await countAttempt(deps.db, limits, deps.clock.now());
      const account = await findAccountByEmail(deps.db, email);
      if (counted.lockedUntil !== null) return { ...counted, account, reason: null };
      const isCorrect = await verify(account?.passwordHash ?? null, input.password);
      return { ...counted, account, reason: signInObstacle(account, isCorrect) };
    });
  } catch (error) {
    if (!isAppError(error) || error.code !== "session.busy") throw error;
    const reason = "too many sign-ins at once";
    await recordEarlyRefusal(deps, actor, { email, account: null, reason, code: "session.busy" });
    throw error;
  }
}

function signInObstacle(account: AccountRow | null, isCorrect: boolean): string | null {
  if (account === null) return "unknown account";
  if (!isCorrect) return "wrong password";
  return account.status === "active" ? null : "disabled account";
}

async function refuseLimited(
  deps: SignInDeps,
  actor: Actor,
  { email }: Attempt,
  until: Date,
  row: AccountRow | null = null,
): Promise<never> {
  const account = row ?? (await findAccountByEmail(deps.db, email));
  await recordEarlyRefusal(deps, actor, {
    email,
    account,
    reason: "locked",
    code: "session.limited",
  });
  throw limitedError(until, deps.clock.now());
}

async function refuse(
  deps: SignInDeps,
  actor: Actor,
  { email, limits }: Attempt,
  { account, reason, newLocks }: VerifiedAttempt,
): Promise<never> {
  const locks = newLocks.flatMap((lock) => {
    const scope = limits.find(({ key }) => key === lock.key)?.scope;
    return scope === undefined ? [] : [{ ...lock, scope }];
  });
  const refusal = { email, account, reason: reason ?? "unknown account" };
  const recordedAs = await recordRefusedSignIn(deps, actor, refusal, locks);
  throw new AppError("session.refused", "The email or password is incorrect.", { recordedAs });
}
