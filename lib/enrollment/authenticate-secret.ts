import type { Actor, ActorRequest } from "@/lib/access/actor";
import { AppError } from "@/lib/errors/app-error";
import { inNetworks } from "@/lib/net/network";
import type { Deps } from "@/lib/runtime/deps";
import { isMakerActive } from "@/lib/tokens/is-maker-active";
import { hashSecret, secretPattern } from "@/lib/tokens/token-secret";
import {
  findSpent,
  ofEndedMaker,
  refuseSecret,
  secretActor,
  type SecretRefusal,
} from "./refuse-secret";
import { findSecretByHash, type FoundSecret } from "./secret-repository";

type SecretPair = Readonly<{ user: string; password: string }>;
type AuthenticateDeps = Pick<Deps, "db" | "clock" | "recorder">;

/**
 * Authenticates a caller by an enrollment secret over HTTP Basic: the user is the secret's ID. Read
 * each time, so a revocation takes effect at once. Whether uses are left is decided when one is
 * counted: a repeated request with an Idempotency-Key is answered although the use is spent. Errors:
 * `unauthenticated` for what is no secret of ours; what is one and doesn't count is an entry, and
 * `enrollment.secret-revoked`, `-expired`, `-network`, `-suspended` or `-maker-ended`.
 */
export async function authenticateSecret(
  deps: AuthenticateDeps,
  authorization: string,
  request: ActorRequest,
): Promise<Actor> {
  return authenticateSecretPair(deps, readBasic(authorization), request);
}

/** The same for an ID and a secret that came another way, as EJBCA's clients send them. */
export async function authenticateSecretPair(
  deps: AuthenticateDeps,
  { user, password }: SecretPair,
  request: ActorRequest,
): Promise<Actor> {
  const row = secretPattern.test(password)
    ? await findSecretByHash(deps.db, hashSecret(password))
    : null;
  if (row === null || row.id !== user)
    throw new AppError(
      "unauthenticated",
      "The enrollment secret is wrong. Send its ID as the user and the secret as the password.",
      { cause: "unknown enrollment secret" },
    );
  await assertAccepted(deps, row, request);
  return secretActor(row, request);
}

/**
 * Errors: as `authenticateSecret` for a secret that its caller has and that doesn't count, with their
 * entry.
 */
async function assertAccepted(
  deps: AuthenticateDeps,
  row: FoundSecret,
  request: ActorRequest,
): Promise<void> {
  const refusal =
    findRefusal(row, request, deps.clock.now()) ?? (await findMakerRefusal(deps, row));
  // A spent secret is reported as such, or its thief's use would never be noticed.
  if (refusal !== null)
    throw await refuseSecret(
      deps,
      row,
      request,
      row.revokedAt === null ? (findSpent(row) ?? refusal) : refusal,
    );
}

/**
 * The same for a secret whose holder proved that it has its HMAC key, to create an ACME account; here
 * also `enrollment.secret-spent`.
 */
export async function assertBinding(
  deps: AuthenticateDeps,
  row: FoundSecret,
  request: ActorRequest,
): Promise<void> {
  await assertAccepted(deps, row, request);
  const spent = findSpent(row);
  if (spent !== null) throw await refuseSecret(deps, row, request, spent);
}

/** Whether a header is one of HTTP Basic (RFC 7617). */
export const isBasic = (authorization: string | undefined): authorization is string =>
  authorization !== undefined && /^basic(?: |$)/i.test(authorization);

function readBasic(authorization: string): SecretPair {
  const encoded = /^basic +([a-z0-9+/_=-]+) *$/i.exec(authorization)?.[1] ?? "";
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const at = text.indexOf(":");
  return at < 0
    ? { user: text, password: "" }
    : { user: text.slice(0, at), password: text.slice(at + 1) };
}

function findRefusal(
  { revokedAt, expiresAt, networks, identity }: FoundSecret,
  { address: { ip } }: ActorRequest,
  now: Date,
): SecretRefusal | null {
  if (revokedAt !== null)
    return {
      code: "enrollment.secret-revoked",
      message: "This enrollment secret is revoked. Create a new one.",
    };
  if (expiresAt <= now)
    return {
      code: "enrollment.secret-expired",
      message: `This enrollment secret expired on ${expiresAt.toISOString()}. Create a new one.`,
    };
  if (networks.length > 0 && !inNetworks(ip, networks))
    return {
      code: "enrollment.secret-network",
      message: `This enrollment secret isn't accepted from ${ip ?? "an unknown address"}. Use it from one of its networks.`,
    };
  return identity.status === "active"
    ? null
    : {
        code: "enrollment.secret-suspended",
        message: `${identity.name} is suspended. Ask an administrator to activate the identity.`,
      };
}

async function findMakerRefusal(
  deps: Pick<Deps, "db" | "clock">,
  row: FoundSecret,
): Promise<SecretRefusal | null> {
  return (await isMakerActive(deps, row, "identities.write", deps.clock.now()))
    ? null
    : ofEndedMaker;
}
