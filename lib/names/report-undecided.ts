import { systemActor } from "@/lib/access/actor";
import { newId } from "@/lib/format/ids";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { Deps } from "@/lib/runtime/deps";
import {
  countUndecidedShares,
  findOrganizationBinding,
  type OrganizationBinding,
} from "./binding-repository";
import { findUnbound } from "./find-unbound";

/**
 * Records what an administrator has to decide about names, if there is anything: names that are not
 * enforced yet, conflicts, and certificates with names that are not held. An alert rule reads it.
 */
export async function reportUndecided(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
): Promise<void> {
  const organization = await findOrganizationBinding(deps.db);
  // Before the upgrade is done, nothing could be said that is still so afterwards.
  if (organization === null || isBeforeUpgrade(organization)) return;
  const [{ count: unbound }, conflicts] = await Promise.all([
    findUnbound(deps),
    countUndecidedShares(deps.db),
  ]);
  if (organization.binding === "enforced" && conflicts === 0) return;
  const actor = systemActor("names", newId("req", deps.clock.now(), deps.random.bytes));
  await recordEntry(deps.recorder, actor, {
    action: "names.undecided",
    outcome: "success",
    target: { kind: "organization", id: organization.id, label: organization.name },
    details: { unbound, conflicts, binding: organization.binding },
  });
}

const isBeforeUpgrade = ({ binding, upgradedAt }: OrganizationBinding): boolean =>
  binding === "observed" && upgradedAt === null;
