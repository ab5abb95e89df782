import type { Actor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { addSystemIdentity } from "@/lib/identities/create-identity";
import { findSystemIdentity } from "@/lib/identities/find-identity";
import { ownIdentityNames } from "@/lib/identities/own-identities";

/** Makes the identities of Chancery's own responders and of its HTTPS, unless they exist. */
export async function ensureSystemIdentities(
  deps: Pick<Deps, "db" | "clock" | "random">,
  actor: Actor,
): Promise<void> {
  for (const name of Object.values(ownIdentityNames)) {
    if ((await findSystemIdentity(deps, name)) === null) await addSystemIdentity(deps, actor, name);
  }
}
