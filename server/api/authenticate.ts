import type { Context } from "hono";
import type { Actor } from "@/lib/auth/actor";
import { actorOfPeer, actorOfRefused, credentialOf } from "@/lib/auth/certificate-actor";
import { actorOfToken, type ActorRequest } from "@/lib/auth/token-actor";
import { gateDeps } from "@/lib/custody/gate-deps";
import { missingCertificate } from "@/lib/custody/decide-certificate";
import type { CertificateDecision } from "@/lib/custody/types";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import type { ApiEnv } from "@/server/api/context";
import { actorRequest } from "@/server/listeners/actor-request";

/** Somebody with an address and no name; who has shown a certificate has at least that, whether it counts or not. */
export function strangerOf(c: Context<ApiEnv>): Actor {
  const { decision } = c.env;
  if (decision?.accepted === false) return actorOfRefused(decision, requestOf(c));
  return {
    kind: "anonymous",
    id: null,
    label: "anonymous",
    role: null,
    identityId: null,
    credential: decision && credentialOf(decision.peer),
    ...requestOf(c),
  };
}

const requestOf = (c: Context<ApiEnv>): ActorRequest =>
  actorRequest(c.env, c.req.header("user-agent") ?? null, c.req.header("x-correlation-id"));

/**
 * Who asks: a bearer token, or else the client certificate that the door has accepted for this request; both, and the token acts, but the
 * record names the certificate, too. Throws `unauthenticated` with one message for a token that is missing, malformed, unknown, expired or
 * revoked (which of them it was goes to the record as `reason`), and the certificate's own code if that is refused, whatever token it brings.
 * `anew` decides on the certificate once more, for answers that go on for long.
 */
export async function authenticate(deps: Deps, c: Context<ApiEnv>, anew = false): Promise<Actor> {
  const header = c.req.header("authorization"),
    decision = anew && c.env.rejudge !== undefined ? await c.env.rejudge() : c.env.decision;
  if (decision?.accepted === false) throw certificateError(decision);
  if (header === undefined) {
    if (decision !== null) return actorOfPeer(decision.peer, requestOf(c));
    throw c.env.listener === "mtls"
      ? certificateError(missingCertificate())
      : unauthenticated("no credential");
  }
  const found = await actorOfToken(gateDeps(deps), bearerOf(header), requestOf(c));
  if (found.actor === null)
    throw unauthenticated(
      found.tokenId === null ? found.reason : `${found.reason} ${found.tokenId}`,
    );
  return decision === null
    ? found.actor
    : { ...found.actor, credential: credentialOf(decision.peer) };
}

const bearerOf = (header: string): string => /^Bearer +(\S+) *$/i.exec(header)?.[1] ?? "";

const certificateError = ({
  code,
  detail,
  status,
}: Extract<CertificateDecision, { accepted: false }>): AppError =>
  new AppError(code, detail, { kind: status === 401 ? "unauthenticated" : "forbidden" });

function unauthenticated(reason: string): AppError {
  return new AppError("unauthenticated", "Send a valid API token: Authorization: Bearer chy_…", {
    kind: "unauthenticated",
    cause: reason,
  });
}
