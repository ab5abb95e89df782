import { AppError, isAppError } from "@/lib/errors/app-error";
import type { NewEntry } from "@/lib/log/types";
import { findProfile } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";
import {
  claimAuthorization,
  closeAuthorization,
  findOrderOfAuthorization,
  renewAuthorizationClaim,
  type AuthorizationRow,
  type OrderWithAuthorizations,
} from "./acme-order-repository";
import { identifierText } from "./order-names";
import { recordChange } from "./orders/record-change";
import { authorizationStatus, offeredChallenges } from "./order-state";
import { ownAuthorization } from "./read-order";
import { storedProblem } from "./stored-problem";
import type { AuthenticatedAccount, ChallengeType, Identifier } from "./types";
import { checkCaa } from "./validation/caa";
import { validateDns } from "./validation/dns-01";
import { validateHttp } from "./validation/http-01";
import { noteRunning, untilEnded } from "./validation/running";
import { validateTlsAlpn } from "./validation/tls-alpn-01";
import type { AcmeSettings, Attempt, Validated } from "./validation/types";

type ChallengeDeps = Pick<
  Deps,
  "db" | "clock" | "random" | "recorder" | "delivery" | "publicUrl" | "acme"
>;
type Found = AuthorizationRow & Readonly<{ order: OrderWithAuthorizations }>;

const attemptMs = 10_000;
const pausesMs = [0, 1_500, 4_000] as const;
/**
 * How long a process may be silent about a validation before another one takes over what it left:
 * an attempt and the pause before it, and some time more. The claim is renewed at each attempt.
 */
const leaseMs = 20_000;
const leaseFrom = (now: Date): Date => new Date(now.getTime() + leaseMs);

const usualSettings: AcmeSettings = { resolvers: [], httpPort: 80, tlsPort: 443 };
const validators: Readonly<Record<ChallengeType, (attempt: Attempt) => Promise<Validated>>> = {
  "http-01": validateHttp,
  "dns-01": validateDns,
  "tls-alpn-01": validateTlsAlpn,
};

/**
 * Begins to validate a challenge that the client says is answered (RFC 8555 section 7.5.1); the
 * result is an entry. Repeating it changes nothing. Returns the authorization, and the validation,
 * which no one has to wait for. Errors: `acme.not-found`, `acme.malformed`.
 */
export async function startChallenge(
  deps: ChallengeDeps,
  account: AuthenticatedAccount,
  row: Found,
  type: string,
): Promise<Readonly<{ row: Found; validation: Promise<void> | null }>> {
  const now = deps.clock.now();
  if (!offeredChallenges(row).some((offered) => offered === type))
    throw new AppError("acme.not-found", "This authorization doesn't offer that challenge.");
  if (authorizationStatus(row, now) !== "pending" || row.challenge !== null)
    return { row, validation: null };
  return claim(deps, account, row, type as ChallengeType);
}

/** Goes on with a validation that a process left in the middle. */
export async function resumeChallenge(
  deps: ChallengeDeps,
  account: AuthenticatedAccount,
  row: Found,
): Promise<Readonly<{ validation: Promise<void> | null }>> {
  const now = deps.clock.now();
  const isLeft =
    row.challenge !== null &&
    authorizationStatus(row, now) === "pending" &&
    (row.leaseUntil === null || row.leaseUntil <= now);
  if (!isLeft) return { validation: null };
  return claim(deps, account, row, row.challenge as ChallengeType);
}

/**
 * Waits a moment for the validation of an authorization of this account, if this process works on it:
 * most end within milliseconds, and a client that asked a little too early would wait for seconds
 * before it asks again.
 */
export const untilValidated = (
  { db }: Pick<Deps, "db">,
  accountId: string,
  authorizationId: string,
): Promise<boolean> => untilEnded(db, accountId, authorizationId);

async function claim(
  deps: ChallengeDeps,
  account: AuthenticatedAccount,
  row: Found,
  challenge: ChallengeType,
): Promise<Readonly<{ row: Found; validation: Promise<void> | null }>> {
  const now = deps.clock.now();
  const leaseUntil = leaseFrom(now);
  const mine = await claimAuthorization(deps.db, row.id, { challenge, now, leaseUntil });
  if (mine === null) {
    const order = await findOrderOfAuthorization(deps.db, row.id);
    return { row: ownAuthorization(account, order, row.id), validation: null };
  }
  const chosen = { ...row, challenge };
  const validation = validate(deps, account, chosen, { challenge, ...mine });
  noteRunning(deps.db, row, validation);
  return { row: chosen, validation };
}

async function validate(
  deps: ChallengeDeps,
  account: AuthenticatedAccount,
  row: Found,
  { challenge, checksCaa }: Readonly<{ challenge: ChallengeType; checksCaa: boolean }>,
): Promise<void> {
  const identifier: Identifier = { type: row.type === "ip" ? "ip" : "dns", value: row.value };
  const actor = { ...account.actor, correlationId: row.orderId };
  const name = identifierText(identifier);
  const target = { kind: "acme-order", id: row.orderId, label: row.order.identifiers.join(", ") };
  const outcome = await tryValidators(deps, account, row, { challenge, checksCaa }).catch(
    (error: unknown) => {
      if (isAppError(error)) return error;
      throw error;
    },
  );
  const { change, entry: closed } = isAppError(outcome)
    ? failed(outcome, row, challenge, { name, target })
    : validated(outcome, deps.clock.now(), challenge, { name, target });
  await recordChange(deps, actor, closed, (entry) =>
    closeAuthorization(deps.db, row.id, change, entry),
  );
}

type About = Readonly<{ name: string; target: NonNullable<NewEntry["target"]> }>;

const validated = (
  { from }: Validated,
  validatedAt: Date,
  authorizedBy: ChallengeType,
  { name, target }: About,
) => ({
  change: { status: "valid", authorizedBy, validatedAt, problem: null } as const,
  entry: {
    action: "acme.name-validated",
    outcome: "success",
    target,
    details: { name, authorizedBy, from },
  } satisfies NewEntry,
});

const failed = (error: AppError, row: Found, challenge: ChallengeType, about: About) => ({
  change: {
    status: "invalid",
    authorizedBy: null,
    validatedAt: null,
    problem: JSON.stringify(storedProblem(error)),
  } as const,
  entry: {
    action: "acme.challenge-failed",
    outcome: "failure",
    reason: error.code,
    target: about.target,
    details: { name: about.name, challenge, problem: withoutToken(error.message, row) },
  } satisfies NewEntry,
});

/** Texts about http-01 have its URL, which ends in the token: entries show no token. */
const withoutToken = (text: string, { token }: Found): string => text.replaceAll(token, "…");

/**
 * A server that is not there yet or DNS that is not yet everywhere gets three tries. Whether CAA
 * records are asked for is known of the first one, and read again for the others.
 */
async function tryValidators(
  deps: ChallengeDeps,
  account: AuthenticatedAccount,
  row: Found,
  { challenge, checksCaa }: Readonly<{ challenge: ChallengeType; checksCaa: boolean }>,
): Promise<Validated> {
  let last: unknown;
  for (const pauseMs of pausesMs) {
    if (pauseMs > 0) {
      await renewAuthorizationClaim(deps.db, row.id, leaseFrom(deps.clock.now()));
      await pause(pauseMs);
    }
    try {
      const attempt = attemptOf(deps, account, row);
      const validated = await validators[challenge](attempt);
      if (pauseMs === 0 ? checksCaa : await asksForCaa(deps, row))
        await checkCaa(attempt, new URL(deps.publicUrl).hostname);
      return validated;
    } catch (error) {
      if (!isAppError(error) || !["acme.connection", "acme.dns"].includes(error.code)) throw error;
      last = error;
    }
  }
  throw last;
}

const attemptOf = (deps: ChallengeDeps, account: AuthenticatedAccount, row: Found): Attempt => ({
  identifier: { type: row.type === "ip" ? "ip" : "dns", value: row.value },
  token: row.token,
  keyAuthorization: `${row.token}.${account.thumbprint}`,
  settings: deps.acme ?? usualSettings,
  allow: deps.delivery?.allow ?? [],
  signal: AbortSignal.timeout(attemptMs),
});

async function asksForCaa(deps: ChallengeDeps, { order }: Found): Promise<boolean> {
  return (await findProfile(deps, order.profile))?.rules.acme?.caa === true;
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => void setTimeout(resolve, ms).unref());
