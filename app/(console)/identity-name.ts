import type { Actor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { isAppError } from "@/lib/errors/app-error";
import { getIdentity } from "@/lib/identities/get-identity";

/** The name behind an identity's id in the address; undefined for none, or for one that is not there. */
export async function findIdentityName(
  deps: Deps,
  actor: Actor,
  id: string | undefined,
): Promise<string | undefined> {
  if (!id) return undefined;
  return (await orNull(getIdentity(deps, actor, id)))?.name;
}

/** What was found, or null where there is no such thing. Every other error passes. */
export async function orNull<T>(found: Promise<T>): Promise<T | null> {
  return found.catch((error: unknown) => {
    if (isAppError(error) && error.kind === "not-found") return null;
    throw error;
  });
}
