import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import { listAuthorityRows } from "./authorities-repository";
import { describeAuthorities } from "./describe-authorities";
import type { ReadDeps } from "./describe-authorities";
import type { AuthorityDto } from "./schema";

/** All authorities, oldest first. There are few, so they come at once. */
export async function listAuthorities(
  deps: ReadDeps,
  actor: Actor,
): Promise<{ items: readonly AuthorityDto[]; nextCursor: null }> {
  authorize(actor, "authorities.read");
  return {
    items: await describeAuthorities(deps, await listAuthorityRows(deps.db)),
    nextCursor: null,
  };
}
