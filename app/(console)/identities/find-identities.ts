import type { Actor } from "@/lib/access/actor";
import type { Deps } from "@/lib/runtime/deps";
import { listIdentities } from "@/lib/identities/read-identities";
import type { IdentityList, IdentityQuery } from "@/lib/identities/schema";
import { recordEntry } from "@/lib/log/record/record-entry";

/** The search of the identity picker. Like every read, it is recorded before it returns. */
export async function findIdentities(
  deps: Deps,
  actor: Actor,
  query: IdentityQuery,
): Promise<IdentityList> {
  const path = `/identities?${new URLSearchParams({ q: query.q ?? "" }).toString()}`;
  await recordEntry(deps.recorder, actor, {
    action: "identity.read",
    outcome: "success",
    target: null,
    details: { method: "POST", path },
  });
  return listIdentities(deps, actor, query);
}
