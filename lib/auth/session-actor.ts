import { cookies, headers } from "next/headers";
import { decode } from "next-auth/jwt";
import { cache } from "react";
import { explainLostSession, findSession } from "@/lib/accounts/find-session";
import type { LostSession } from "@/lib/accounts/schema";
import type { Actor } from "@/lib/auth/actor";
import { actorOfPeer } from "@/lib/auth/certificate-actor";
import { readDoorHeaders, type DoorRequest } from "@/lib/auth/door-headers";
import { getDeps } from "@/lib/runtime";
import { readEnv } from "@/lib/env";

/** The name of next-auth's session cookie; browsers accept the `__Secure-` one over https alone. */
export const sessionCookieName = (listener: DoorRequest["listener"]): string =>
  listener === "http" ? "next-auth.session-token" : "__Secure-next-auth.session-token";

/** Where the request that is being answered came from. */
export const currentRequest = cache(async (): Promise<DoorRequest> =>
  readDoorHeaders(await headers()),
);

/** The id of the session that the browser's cookie names, or null. The row decides whether it still counts. */
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
 * The signed-in person, checked against the session's row on every request; null when there is none, it has ended, or it is bound to another
 * certificate than the request came with.
 */
export const actorOfSession = cache(async (): Promise<Actor | null> => {
  const id = await currentSessionId();
  if (id === null) return null;
  const { origin, requestId, peer } = await currentRequest();
  const session = await findSession(getDeps(), id, peer);
  if (session === null) return null;
  return {
    kind: "user",
    id: session.account.id,
    label: session.account.email,
    role: session.account.role,
    identityId: null,
    credential: session.credential,
    origin,
    requestId,
    correlationId: requestId,
  };
});

/** Why the session that the browser's cookie names does not count; null if it names none, or one that counts. */
export const lostSession = cache(async (): Promise<LostSession | null> => {
  const id = await currentSessionId();
  if (id === null || (await actorOfSession()) !== null) return null;
  return explainLostSession(getDeps(), id, (await currentRequest()).peer);
});

/** Whoever the request's client certificate proves, before anybody is signed in with it; null if it came with none. May do nothing yet. */
export async function currentHolder(): Promise<Actor | null> {
  const { origin, requestId, peer } = await currentRequest();
  return peer === null
    ? null
    : { ...actorOfPeer(peer, { origin, requestId, correlationId: requestId }), role: null };
}

/** A request that nobody has signed in for; still somebody with an address. */
export async function anonymousActor(label = "anonymous"): Promise<Actor> {
  const { origin, requestId } = await currentRequest();
  return {
    kind: "anonymous",
    id: null,
    label,
    role: null,
    identityId: null,
    credential: null,
    origin,
    requestId,
    correlationId: requestId,
  };
}
