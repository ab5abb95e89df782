import type { Actor } from "@/lib/access/actor";
import { addSystemIdentity } from "@/lib/identities/create-identity";
import { findSystemIdentity, internalIdentityNames } from "@/lib/identities/read-identities";
import type { Deps } from "@/lib/runtime/deps";

/** Creates the identities of Chancery's OCSP responders and of its HTTPS, unless they exist. */
export async function ensureSystemIdentities(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
  actor: Actor,
): Promise<void> {
  for (const name of Object.values(internalIdentityNames)) {
    if ((await findSystemIdentity(deps, name)) === null) await addSystemIdentity(deps, actor, name);
  }
}
