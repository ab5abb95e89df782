import type { Actor, ActorRequest } from "@/lib/access/actor";
import { readPresented } from "@/lib/client-auth/presented-certificate";
import { type Authorities, verifyCertificate } from "@/lib/client-auth/verify-certificate";
import { credentialDigest } from "@/lib/log/credential-digest";
import type { Deps } from "@/lib/runtime/deps";
import {
  type AuthenticatedToken,
  actorOfToken,
  type RejectedToken,
} from "@/lib/tokens/authenticate-token";
import { hashSecret, secretPattern } from "@/lib/tokens/token-secret";
import { findLoginByHash, type FoundLogin } from "./login-repository";

type AuthenticateDeps = Pick<Deps, "db" | "clock">;

/**
 * Authenticates the token of a login, as its identity. Its maker is authenticated again, as it is
 * now and from this address: with the token that is revoked, the certificate that is revoked, held
 * or expired, the identity that is suspended or became a proxy, the login counts for nothing either.
 */
export async function authenticateLogin(
  deps: AuthenticateDeps,
  authorities: Authorities,
  secret: string,
  request: ActorRequest,
): Promise<AuthenticatedToken | RejectedToken> {
  const hash = secretPattern.test(secret) ? hashSecret(secret) : null;
  const row = hash === null ? null : await findLoginByHash(deps.db, hash);
  if (hash === null || row === null) return { actor: null, reason: "unknown token", tokenId: null };
  const reason =
    row.expiresAt <= deps.clock.now()
      ? "expired login"
      : await makerRejection(deps, authorities, row, request);
  if (reason !== null) return { actor: null, reason, tokenId: row.id };
  return { actor: loginActor(row, hash, request), reason: null };
}

/** Why what a login stands for counts no more; null if it does. */
async function makerRejection(
  deps: AuthenticateDeps,
  authorities: Authorities,
  { identityId, token, certificate }: FoundLogin,
  request: ActorRequest,
): Promise<string | null> {
  if (token !== null) {
    const { actor, reason } = await actorOfToken(deps, token.secretHash, request);
    if (actor === null) return `login with a token that counts no more: ${reason}`;
    const isSame = actor.role === "service" && actor.identityId === identityId;
    return isSame ? null : "login with a token of another identity";
  }
  const presented = certificate?.der ? readPresented(certificate.der) : null;
  const { ip } = request.address;
  const { decision, proxy } = await verifyCertificate(deps, authorities, presented, ip, null);
  if (!decision.accepted) return `login with a certificate that counts no more: ${decision.code}`;
  if (proxy !== null) return "login with the certificate of a proxy";
  return decision.peer.identity.id === identityId
    ? null
    : "login with a certificate of another identity";
}

const loginActor = (
  { id, identityId, identity }: FoundLogin,
  hash: Uint8Array,
  request: ActorRequest,
): Actor => ({
  kind: "token",
  id,
  label: `Login of ${identity.name}`,
  role: "service",
  identityId,
  credential: null,
  secretDigest: credentialDigest(Buffer.from(hash).toString("hex")),
  assertedBy: null,
  ...request,
});
