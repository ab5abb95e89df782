import { cookies, headers } from "next/headers";
import { decode } from "next-auth/jwt";
import { cache } from "react";
import { findSession } from "@/lib/accounts/find-session";
import type { Actor } from "@/lib/auth/actor";
import { readDoorHeaders, type DoorRequest } from "@/lib/auth/door-headers";
import { getDeps } from "@/lib/runtime";
import { readEnv } from "@/lib/env";

/** The name of next-auth's session cookie; browsers accept the `__Secure-` one over https alone. */
export const sessionCookieName = (listener: DoorRequest["listener"]): string =>
  listener === "http" ? "next-auth.session-token" : "__Secure-next-auth.session-token";

/** Where the request that is being answered came from. */
export const currentRequest = cache(async (): Promise<DoorRequest> => readDoorHeaders(await headers()));

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

/** The signed-in person, checked against the session's row on every request; null when there is none, or it has ended. */
export const actorOfSession = cache(async (): Promise<Actor | null> => {
  const id = await currentSessionId();
  if (id === null) return null;
  const session = await findSession(getDeps(), id);
  if (session === null) return null;
  const { origin, requestId } = await currentRequest();
  return {
    kind: "user", id: session.account.id, label: session.account.email, role: session.account.role, identityId: null,
    credential: null, origin, requestId, correlationId: requestId,
  };
});

/** A request that nobody has signed in for; still somebody with an address. */
export async function anonymousActor(label = "anonymous"): Promise<Actor> {
  const { origin, requestId } = await currentRequest();
  return { kind: "anonymous", id: null, label, role: null, identityId: null, credential: null, origin, requestId, correlationId: requestId };
}
