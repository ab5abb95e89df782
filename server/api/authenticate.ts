import type { Context } from "hono";
import { type Actor, anonymousActorOf, type AnyActor, type ActorRequest } from "@/lib/access/actor";
import { actorOfPeer, actorOfRefused, credentialOf } from "@/lib/client-auth/certificate-actor";
import { missingCertificate } from "@/lib/client-auth/evaluate-certificate";
import type { CertificateDecision } from "@/lib/client-auth/types";
import { authenticateSecret, isBasic } from "@/lib/enrollment/authenticate-secret";
import { AppError } from "@/lib/errors/app-error";
import { withDeadline, type GatewayDeps } from "@/lib/runtime/gateway-deps";
import { authenticateToken } from "@/lib/tokens/authenticate-token";
import { actorRequest } from "@/server/http/actor-request";
import type { ApiEnv } from "./context";

/** The actor of a request without a valid credential; a presented certificate is still named. */
export function unauthenticatedActor(c: Context<ApiEnv>): AnyActor {
  const { decision } = c.env;
  if (decision?.accepted === false) return actorOfRefused(decision, requestOf(c));
  return anonymousActorOf(requestOf(c), { credential: decision && credentialOf(decision.peer) });
}

const requestOf = (c: Context<ApiEnv>): ActorRequest =>
  actorRequest(c.env, c.req.header("user-agent") ?? null, c.req.header("x-correlation-id"));

type Accepting = Readonly<{ again?: boolean; enrollment?: "allowed" | undefined }>;

/**
 * Authenticates a request by its bearer token, otherwise by its client certificate. With both, the
 * token is the actor, and entries name the certificate as well. Throws `unauthenticated` with the
 * same message for a token that is missing, malformed, unknown, expired or revoked (which one it
 * was is recorded as `reason`), and the certificate's own code if that was refused, even with a
 * valid token. `again` verifies the certificate once more, for long-running answers. `enrollment`:
 * an enrollment secret over HTTP Basic counts too.
 */
export async function authenticate(
  deps: GatewayDeps,
  c: Context<ApiEnv>,
  { again = false, enrollment }: Accepting = {},
): Promise<AnyActor> {
  const header = c.req.header("authorization"),
    decision = again && c.env.reverify !== undefined ? await c.env.reverify() : c.env.decision;
  if (decision?.accepted === false) throw certificateError(decision);
  if (header === undefined) {
    if (decision !== null) return actorOfPeer(decision.peer, requestOf(c));
    throw c.env.listener === "mtls"
      ? certificateError(missingCertificate())
      : unauthenticated("no credential");
  }
  if (enrollment === "allowed" && isBasic(header))
    return withCertificate(
      await authenticateSecret(withDeadline(deps), header, requestOf(c)),
      decision,
    );
  const authenticated = await authenticateToken(withDeadline(deps), bearerOf(header), requestOf(c));
  if (authenticated.actor === null) {
    c.set("knewToken", authenticated.tokenId !== null);
    throw unauthenticated(
      authenticated.tokenId === null
        ? authenticated.reason
        : `${authenticated.reason} ${authenticated.tokenId}`,
    );
  }
  return withCertificate(authenticated.actor, decision);
}

/** Entries name the certificate of the connection too. */
const withCertificate = (
  actor: Actor,
  decision: Extract<CertificateDecision, { accepted: true }> | null,
): Actor => (decision === null ? actor : { ...actor, credential: credentialOf(decision.peer) });

const bearerOf = (header: string): string => /^Bearer +(\S+) *$/i.exec(header)?.[1] ?? "";

const certificateError = ({
  code,
  detail,
}: Extract<CertificateDecision, { accepted: false }>): AppError => new AppError(code, detail);

function unauthenticated(reason: string): AppError {
  return new AppError("unauthenticated", "Send a valid API token: Authorization: Bearer chy_…", {
    cause: reason,
  });
}
