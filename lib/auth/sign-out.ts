import { cookies } from "next/headers";
import { endSession } from "@/lib/accounts/end-session";
import { actorOfSession, currentRequest, currentSessionId, sessionCookieName } from "@/lib/auth/session-actor";
import { getDeps } from "@/lib/runtime";

/** Signs the browser out, from a server action: the session's row ends on the record, then the cookie goes. */
export async function signOut(): Promise<void> {
  const [actor, id, { listener }] = await Promise.all([actorOfSession(), currentSessionId(), currentRequest()]);
  if (actor !== null && id !== null) await endSession(getDeps(), actor, id);
  (await cookies()).delete(sessionCookieName(listener));
}
