import type { Actor, ActorRequest } from "@/lib/access/actor";
import { isRole, type Role } from "@/lib/access/roles";
import { credentialDigest } from "@/lib/log/credential-digest";
import type { Deps } from "@/lib/runtime/deps";
import { type BearerRow, findTokenBySecret } from "./token-repository";
import { isWithin } from "./schema";
import { hashSecret, secretPattern } from "./token-secret";

/**
 * Why a credential counts for nothing: for the record alone, the caller learns only that it does
 * not count.
 */
export type RejectedToken = Readonly<{ actor: null; reason: string; tokenId: string | null }>;
export type AuthenticatedToken = Readonly<{ actor: Actor; reason: null }>;

/**
 * Authenticates a bearer secret. Reads the row on each request, so a revocation takes effect
 * immediately.
 */
export async function authenticateToken(
  deps: Pick<Deps, "db" | "clock">,
  secret: string,
  request: ActorRequest,
): Promise<AuthenticatedToken | RejectedToken> {
  if (!secretPattern.test(secret)) return { actor: null, reason: "malformed token", tokenId: null };
  return actorOfToken(deps, hashSecret(secret), request);
}

/** The same by the hash of the secret. */
export async function actorOfToken(
  deps: Pick<Deps, "db" | "clock">,
  hash: Uint8Array,
  request: ActorRequest,
): Promise<AuthenticatedToken | RejectedToken> {
  const row = await findTokenBySecret(deps.db, hash);
  if (row === null) return { actor: null, reason: "unknown token", tokenId: null };
  const reason = rejectionReason(row, deps.clock.now());
  if (reason !== null || !isRole(row.role))
    return { actor: null, reason: reason ?? "unknown role", tokenId: row.id };
  return {
    actor: {
      kind: "token",
      id: row.id,
      label: row.name,
      role: row.role,
      identityId: row.identity_id,
      credential: null,
      secretDigest: credentialDigest(Buffer.from(hash).toString("hex")),
      assertedBy: null,
      ...request,
    },
    reason: null,
  };
}

function rejectionReason(row: BearerRow, now: Date): string | null {
  if (row.revoked_at !== null) return "revoked token";
  if (hasEnded(row.expires_at, now)) return "expired token";
  if (row.role === "service" && row.identity_status !== "active") return "suspended identity";
  return makerRejection(row, now);
}

/** A token counts only as long as the tokens it was made with and the account it belongs to. */
function makerRejection({ role, maker }: BearerRow, now: Date): string | null {
  if (maker === null) return null;
  const { revoked, expiresAt, accountStatus, accountRole } = maker;
  if (revoked === true) return "made with a token that is revoked";
  if (typeof expiresAt === "string" && hasEnded(new Date(expiresAt), now))
    return "made with a token that has expired";
  if (accountStatus === undefined) return null;
  if (accountStatus !== "active") return "made by an account that is disabled";
  return isRole(role) && isRole(accountRole ?? "") && isWithin(role, accountRole as Role)
    ? null
    : "made by an account that lost the role";
}

const hasEnded = (at: Date | null, now: Date): boolean => at !== null && at <= now;
