import type { Actor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { listIdentities } from "@/lib/identities/list-identities";
import type { IdentityList, IdentityQuery } from "@/lib/identities/schema";
import { recordEntry } from "@/lib/log/record";

/** A search from a form: a read like any other, so it is on the record before anything is shown. */
export async function findIdentities(
  deps: Deps,
  actor: Actor,
  query: IdentityQuery,
): Promise<IdentityList> {
  const path = `/identities?${new URLSearchParams({ q: query.q ?? "" }).toString()}`;
  await recordEntry(deps, actor, {
    action: "identity.read",
    outcome: "success",
    target: null,
    details: { method: "POST", path },
  });
  return listIdentities(deps, actor, query);
}
