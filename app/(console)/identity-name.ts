import type { Actor } from "@/lib/access/actor";
import { getIdentity } from "@/lib/identities/read-identities";
import type { Deps } from "@/lib/runtime/deps";
import { nullIfNotFound } from "./null-if-not-found";

/** The name of the identity in a filter; undefined for no id, or for one that does not exist. */
export async function findIdentityName(
  deps: Deps,
  actor: Actor,
  id: string | undefined,
): Promise<string | undefined> {
  if (!id) return undefined;
  return (await nullIfNotFound(getIdentity(deps, actor, id)))?.name;
}
