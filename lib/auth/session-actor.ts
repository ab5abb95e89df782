import { cookies, headers } from "next/headers";
import { decode } from "next-auth/jwt";
import { cache } from "react";
import { anonymousActorOf, type Actor } from "@/lib/access/actor";
import { keepSessionActive } from "@/lib/accounts/keep-session-active";
import { explainLostSession, findSession } from "@/lib/accounts/read-sessions";
import type { LostSession } from "@/lib/accounts/schema";
import { actorOfPeer } from "@/lib/client-auth/certificate-actor";
import { type GatewayRequest, readGatewayHeaders } from "@/lib/http/gateway-headers";
import { credentialDigest } from "@/lib/log/credential-digest";
import { readEnv } from "@/lib/runtime/env";
import { getDeps } from "@/lib/runtime/get-deps";

/**
 * The name of next-auth's session cookie. Browsers accept a `__Host-` cookie over https only, from
 * this very host and for all of its paths; plain HTTP is for this machine.
 */
export const sessionCookieName = (listener: GatewayRequest["listener"]): string =>
  `${cookiePrefix(listener)}next-auth.session-token`;

export const cookiePrefix = (listener: GatewayRequest["listener"]): "" | "__Host-" =>
  listener === "http" ? "" : "__Host-";

/** Where the request that is being answered came from. */
export const currentRequest = cache(async (): Promise<GatewayRequest> =>
  readGatewayHeaders(await headers()),
);

/**
 * The id of the session that the browser's cookie names, or null. The row decides whether it still
 * counts.
 */
export const currentSessionId = cache(async (): Promise<string | null> => {
  const { listener } = await currentRequest();
  const token = (await cookies()).get(sessionCookieName(listener))?.value;
  if (!token) return null;
  try {
    const claims = await decode({ token, secret: readEnv().CHANCERY_SESSION_SECRET });
    return typeof claims?.sid === "string" ? claims.sid : null;
  } catch {
    return null;
  }
});

/**
 * The signed-in person, checked against the session's row on every request; null when there is
 * none, it has ended, or it is bound to another certificate than the request came with.
 */
export const actorOfSession = cache(async (): Promise<Actor | null> => {
  const id = await currentSessionId();
  if (id === null) return null;
  const { address, requestId, peer } = await currentRequest();
  const session = await findSession(getDeps(), id, peer);
  if (session === null) return null;
  return {
    kind: "user",
    id: session.account.id,
    label: session.account.email,
    role: session.account.role,
    identityId: null,
    credential: session.credential,
    secretDigest: credentialDigest(id),
    assertedBy: null,
    address: address,
    requestId,
    correlationId: requestId,
  };
});

/**
 * `actorOfSession` for what a person does, which keeps the session from ending for lack of
 * activity. What a page asks for by itself in the background uses `actorOfSession`.
 */
export const activeActorOfSession = cache(async (): Promise<Actor | null> => {
  const [actor, id] = await Promise.all([actorOfSession(), currentSessionId()]);
  if (actor !== null && id !== null) await keepSessionActive(getDeps(), id);
  return actor;
});

/**
 * Why the session that the browser's cookie names does not count; null if it names none, or one
 * that counts.
 */
export const lostSession = cache(async (): Promise<LostSession | null> => {
  const id = await currentSessionId();
  if (id === null || (await actorOfSession()) !== null) return null;
  return explainLostSession(getDeps(), id, (await currentRequest()).peer);
});

/**
 * The actor of the request's client certificate before sign-in, without a role; null without a
 * certificate.
 */
export async function currentCertificateActor(): Promise<Actor | null> {
  const { address, requestId, peer } = await currentRequest();
  return peer === null
    ? null
    : {
        ...actorOfPeer(peer, { address: address, requestId, correlationId: requestId }),
        role: null,
      };
}

/** The actor of a request without a session, with its address. */
export async function anonymousActor(label = "anonymous"): Promise<Actor> {
  const { address, requestId } = await currentRequest();
  return anonymousActorOf({ address, requestId, correlationId: requestId }, { label });
}
