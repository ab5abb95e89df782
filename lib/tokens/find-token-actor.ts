import type { Actor, ActorRequest } from "@/lib/access/actor";
import type { Deps } from "@/lib/runtime/deps";
import { actorOfToken } from "./authenticate-token";
import { findTokenHash } from "./token-repository";

/**
 * The actor of a token at this moment, for what is done in its name after the request: null once the
 * token counts for nothing.
 */
export async function findTokenActor(
  deps: Pick<Deps, "db" | "clock">,
  id: string,
  request: ActorRequest,
): Promise<Actor | null> {
  const hash = await findTokenHash(deps.db, id);
  return hash === null ? null : (await actorOfToken(deps, hash, request)).actor;
}
