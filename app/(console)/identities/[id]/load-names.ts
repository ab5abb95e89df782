import type { SharedWith } from "@/components/names/names-table";
import type { Actor } from "@/lib/access/actor";
import type { IdentityDto } from "@/lib/identities/schema";
import { listShares } from "@/lib/names/read-shares";
import type { Deps } from "@/lib/runtime/deps";

/** The other identities of each share that the identity is part of, by the id of the share. */
export async function loadSharedWith(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  identity: Pick<IdentityDto, "id" | "names">,
): Promise<SharedWith> {
  if (identity.names.every(({ shareId }) => shareId === null)) return {};
  const { items } = await listShares(deps, actor, {});
  return Object.fromEntries(
    items.map(({ id, members }) => [
      id,
      members
        .filter((member) => member.id !== identity.id)
        .map(({ id: other, name }) => ({ id: other, name })),
    ]),
  );
}
