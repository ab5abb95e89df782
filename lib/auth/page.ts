import { forbidden, redirect } from "next/navigation";
import { cache } from "react";
import type { Actor } from "@/lib/access/actor";
import { type Permission, scopeOf } from "@/lib/access/permissions";
import { recordEntry } from "@/lib/log/record/record-entry";
import { recordRefusal } from "@/lib/log/record/record-refusal";
import type { EntryAction, NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { getDeps } from "@/lib/runtime/get-deps";
import {
  activeActorOfSession,
  anonymousActor,
  currentCertificateActor,
  currentRequest,
  lostSession,
} from "./session-actor";

export type ReadAction = Extract<EntryAction, `${string}.read`>;
export type PageTarget = Readonly<{ kind: string; id: string; label: string }>;

/** "self": any signed-in user, for pages about their own account. */
export type PagePermission = Permission | "self";

/**
 * The first call of every page: redirects to /sign-in without a session, shows the 403 page to a
 * role without the permission, and records an allowed read before the page is rendered. Errors:
 * `record.unavailable` if the read cannot be recorded; the page is then not rendered.
 */
export async function openPage(
  permission: PagePermission,
  options: Readonly<{ action: ReadAction; target?: PageTarget }>,
): Promise<{ actor: Actor; deps: Deps }> {
  const deps = getDeps();
  const { path } = await currentRequest();
  const actor = await activeActorOfSession();
  if (actor === null) return redirectToSignIn();
  if (permission !== "self" && scopeOf(actor.role, permission) === "none") {
    await recordRefusal(deps.recorder, actor, {
      code: "forbidden",
      method: "GET",
      path,
      status: 403,
    });
    forbidden();
  }
  await recordEntry(deps.recorder, actor, {
    action: options.action,
    outcome: "success",
    target: options.target ?? null,
    details: { method: "GET", path },
  } as NewEntry);
  return { actor, deps };
}

/** Once for a request, whether its frame or its page asks first. */
const recordUnauthenticated = cache(async (path: string): Promise<void> => {
  const lost = await lostSession();
  const reason =
    lost === "needs-certificate" || lost === "other-certificate"
      ? { reason: "the session is bound to another certificate" }
      : {};
  await recordRefusal(
    getDeps().recorder,
    (await currentCertificateActor()) ?? (await anonymousActor()),
    {
      code: "unauthenticated",
      method: "GET",
      path,
      status: 307,
      // The cookie of a session that has ended is known; without one, the caller is not.
      isKnownCaller: lost !== null,
      ...reason,
    },
  );
});

/**
 * Sends an unauthenticated user to the sign-in page and records it. A layout that calls it before
 * its page streams gives the response its proper status.
 */
export async function redirectToSignIn(): Promise<never> {
  const { path } = await currentRequest();
  await recordUnauthenticated(path);
  redirect(signInAddress(path));
}

/** Only a path of this site is returned to after signing in, never another site. */
export function signInAddress(path: string): string {
  const safe = /^\/(?![/\\])/.test(path) && path !== "/";
  return safe ? `/sign-in?next=${encodeURIComponent(path)}` : "/sign-in";
}
