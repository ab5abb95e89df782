"use server";

import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { endSession } from "@/lib/accounts/end-session";
import {
  actorOfSession,
  currentRequest,
  currentSessionId,
  sessionCookieName,
} from "@/lib/auth/session-actor";
import { getDeps } from "@/lib/runtime/get-deps";

/** Ends the session in the database, records it and deletes its cookie. */
export async function signOut(): Promise<void> {
  const [actor, id, { listener }] = [
    await actorOfSession(),
    await currentSessionId(),
    await currentRequest(),
  ];
  if (actor !== null && id !== null) await endSession(getDeps(), actor, id);
  (await cookies()).set(sessionCookieName(listener), "", {
    path: "/",
    maxAge: 0,
    httpOnly: true,
    sameSite: "lax",
    secure: listener !== "http",
  });
  redirect("/sign-in");
}
