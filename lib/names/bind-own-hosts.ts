import type { Actor } from "@/lib/access/actor";
import { readCarriedName, rowCovers } from "@/lib/pki/held-names/carried-name";
import type { Identity } from "@/lib/identities/read-identities";
import type { GeneralName } from "@/lib/pki/types";
import type { Deps } from "@/lib/runtime/deps";
import { bindExistingNames } from "./bind-existing-names";

/**
 * Makes Chancery's own identity hold the hosts and addresses that its certificate names, so that no
 * other identity gets a certificate for them. One that another identity holds already becomes a
 * share to decide: Chancery's own certificate is issued in any case.
 */
export async function bindOwnHosts(
  deps: Pick<Deps, "clock" | "random" | "recorder">,
  actor: Actor,
  identity: Identity,
  sans: readonly GeneralName[],
): Promise<void> {
  const names = sans.map(({ type, value }) => readCarriedName(type, value));
  if (names.every((name) => identity.names.some((row) => rowCovers(row, name)))) return;
  await bindExistingNames(deps, actor, {
    identity,
    names,
    origin: "setup",
    comment: "Chancery itself is reached by these names.",
  });
}
