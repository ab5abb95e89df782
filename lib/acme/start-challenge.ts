import { AppError, isAppError } from "@/lib/errors/app-error";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import { findProfile } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";
import {
  claimAuthorization,
  closeAuthorization,
  findAuthorizationRow,
  renewAuthorizationClaim,
  type AuthorizationRow,
  type OrderRow,
} from "./acme-order-repository";
import { identifierText } from "./order-names";
import { authorizationStatus, offeredChallenges } from "./order-state";
import { storedProblem } from "./stored-problem";
import type { AuthenticatedAccount, ChallengeType, Identifier } from "./types";
import { checkCaa } from "./validation/caa";
import { validateDns } from "./validation/dns-01";
import { validateHttp } from "./validation/http-01";
import { validateTlsAlpn } from "./validation/tls-alpn-01";
import type { AcmeSettings, Attempt, Validated } from "./validation/types";

type ChallengeDeps = Pick<
  Deps,
  "db" | "clock" | "random" | "recorder" | "delivery" | "publicUrl" | "acme"
>;
type Found = AuthorizationRow & Readonly<{ order: OrderRow }>;

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

async function claim(
  deps: ChallengeDeps,
  account: AuthenticatedAccount,
  row: Found,
  challenge: ChallengeType,
): Promise<Readonly<{ row: Found; validation: Promise<void> | null }>> {
  const now = deps.clock.now();
  const leaseUntil = leaseFrom(now);
  const isMine = await claimAuthorization(deps.db, row.id, { challenge, now, leaseUntil });
  if (!isMine)
    return { row: (await findAuthorizationRow(deps.db, row.id)) ?? row, validation: null };
  const chosen = { ...row, challenge };
  return { row: chosen, validation: validate(deps, account, chosen, challenge) };
}

async function validate(
  deps: ChallengeDeps,
  account: AuthenticatedAccount,
  row: Found,
  challenge: ChallengeType,
): Promise<void> {
  const identifier: Identifier = { type: row.type === "ip" ? "ip" : "dns", value: row.value };
  const actor = { ...account.actor, correlationId: row.orderId };
  const name = identifierText(identifier);
  const target = { kind: "acme-order", id: row.orderId, label: row.order.identifiers.join(", ") };
  const outcome = await tryValidators(deps, account, row, challenge).catch((error: unknown) => {
    if (isAppError(error)) return error;
    throw error;
  });
  await auditedTransaction(deps.recorder, actor, async (tx) => {
    const now = deps.clock.now();
    const isValid = !isAppError(outcome);
    const change = isValid
      ? { status: "valid", authorizedBy: challenge, validatedAt: now }
      : { status: "invalid", problem: JSON.stringify(storedProblem(outcome)) };
    if (!(await closeAuthorization(tx, row.id, change))) return null;
    return {
      result: null,
      entries: [
        isValid
          ? {
              action: "acme.name-validated",
              outcome: "success",
              target,
              details: { name, authorizedBy: challenge, from: outcome.from },
            }
          : {
              action: "acme.challenge-failed",
              outcome: "failure",
              reason: outcome.code,
              target,
              details: { name, challenge, problem: withoutToken(outcome.message, row) },
            },
      ],
    };
  });
}

/** Texts about http-01 have its URL, which ends in the token: entries show no token. */
const withoutToken = (text: string, { token }: Found): string => text.replaceAll(token, "…");

/** A server that is not there yet or DNS that is not yet everywhere gets three tries. */
async function tryValidators(
  deps: ChallengeDeps,
  account: AuthenticatedAccount,
  row: Found,
  challenge: ChallengeType,
): Promise<Validated> {
  let last: unknown;
  for (const pauseMs of pausesMs) {
    if (pauseMs > 0) {
      await renewAuthorizationClaim(deps.db, row.id, leaseFrom(deps.clock.now()));
      await pause(pauseMs);
    }
    try {
      return await attemptOnce(deps, account, row, challenge);
    } catch (error) {
      if (!isAppError(error) || !["acme.connection", "acme.dns"].includes(error.code)) throw error;
      last = error;
    }
  }
  throw last;
}

async function attemptOnce(
  deps: ChallengeDeps,
  account: AuthenticatedAccount,
  row: Found,
  challenge: ChallengeType,
): Promise<Validated> {
  const attempt: Attempt = {
    identifier: { type: row.type === "ip" ? "ip" : "dns", value: row.value },
    token: row.token,
    keyAuthorization: `${row.token}.${account.thumbprint}`,
    settings: deps.acme ?? usualSettings,
    allow: deps.delivery?.allow ?? [],
    signal: AbortSignal.timeout(attemptMs),
  };
  const validated = await validators[challenge](attempt);
  const profile = await findProfile(deps, row.order.profile);
  if (profile?.rules.acme?.caa === true) await checkCaa(attempt, new URL(deps.publicUrl).hostname);
  return validated;
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => void setTimeout(resolve, ms).unref());
