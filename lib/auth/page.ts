import { forbidden, redirect } from "next/navigation";
import { cache } from "react";
import type { Actor } from "@/lib/auth/actor";
import { scopeOf, type Permission } from "@/lib/auth/permissions";
import { recordRefusal } from "@/lib/auth/record-refusal";
import {
  actorOfSession,
  anonymousActor,
  currentHolder,
  currentRequest,
  lostSession,
} from "@/lib/auth/session-actor";
import type { Deps } from "@/lib/deps";
import { recordEntry } from "@/lib/log/record";
import type { EntryAction, NewEntry } from "@/lib/log/types";
import { getDeps } from "@/lib/runtime";

export type ReadAction = Extract<EntryAction, `${string}.read`>;
export type PageTarget = Readonly<{ kind: string; id: string; label: string }>;

/** "self": whoever is signed in, for pages and acts about oneself alone. */
export type PagePermission = Permission | "self";

/**
 * The first line of every page: nobody signed in is sent to /sign-in, a role without the permission sees the page for that (403), and an
 * allowed read is on the record before anything is shown. Throws `record.unavailable` if it cannot be recorded: then nothing is shown.
 */
export async function openPage(
  permission: PagePermission,
  options: Readonly<{ action: ReadAction; target?: PageTarget }>,
): Promise<{ actor: Actor; deps: Deps }> {
  const deps = getDeps();
  const { path } = await currentRequest();
  const actor = await actorOfSession();
  if (actor === null) return turnAway();
  if (permission !== "self" && scopeOf(actor.role, permission) === "none") {
    await recordRefusal(deps, actor, { code: "forbidden", method: "GET", path, status: 403 });
    forbidden();
  }
  await recordEntry(deps, actor, {
    action: options.action,
    outcome: "success",
    target: options.target ?? null,
    details: { method: "GET", path },
  } as NewEntry);
  return { actor, deps };
}

/** Once for a request, whether its frame or its page asks first. */
const recordStranger = cache(async (path: string): Promise<void> => {
  const lost = await lostSession();
  const reason =
    lost === "needs-certificate" || lost === "other-certificate"
      ? { reason: "the session is bound to another certificate" }
      : {};
  await recordRefusal(getDeps(), (await currentHolder()) ?? (await anonymousActor()), {
    code: "unauthenticated",
    method: "GET",
    path,
    status: 307,
    ...reason,
  });
});

/** Sends a stranger to the sign-in, on the record. A frame that calls it before its page streams gives the answer its proper status. */
export async function turnAway(): Promise<never> {
  const { path } = await currentRequest();
  await recordStranger(path);
  redirect(signInAddress(path));
}

/** Only a path of our own comes back after signing in, never another site. */
export function signInAddress(path: string): string {
  const safe = /^\/(?![/\\])/.test(path) && path !== "/";
  return safe ? `/sign-in?next=${encodeURIComponent(path)}` : "/sign-in";
}
