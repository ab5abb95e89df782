import { listAssignees } from "@/lib/alerts/assignees";
import { listExceptions } from "@/lib/alerts/exceptions";
import { getAlert } from "@/lib/alerts/get-alert";
import type { Actor } from "@/lib/auth/actor";
import type { AlertDto, ExceptionDto } from "@/lib/alerts/schema";
import { openPage } from "@/lib/auth/page";
import { scopeOf, type Permission } from "@/lib/auth/permissions";
import { networkOf } from "@/lib/custody/networks";
import { deliveriesKeptMs } from "@/lib/delivery/schema";
import { listAlertDeliveries } from "@/lib/delivery/list-alert-deliveries";
import type { Deps } from "@/lib/deps";
import type { EntrySummary } from "@/lib/log/schema";
import { findIdentityName, orNull } from "../../identity-name";

const mostDeliveries = 50;

/** Everything that the page of one alert shows; null if there is none. */
export async function loadAlert(id: string, cursor: string | undefined) {
  const { actor, deps } = await openPage("alerts.read", {
    action: "alert.read",
    target: { kind: "alert", id, label: id },
  });
  const found = await orNull(getAlert(deps, actor, id, { cursor }));
  if (found === null) return null;
  const can = (permission: Permission): boolean => scopeOf(actor.role, permission) !== "none";
  const may = {
    handle: can("alerts.handle"),
    audit: can("audit.read"),
    destinations: can("destinations.read"),
    addDestination: can("destinations.write"),
    openSubject: found.alert.subject.kind !== "account" || can("accounts.read"),
  };
  const [identityName, people, exception, deliveries] = await Promise.all([
    findIdentityName(deps, actor, found.alert.identityId ?? undefined),
    may.handle ? listAssignees(deps, actor) : [],
    findException(deps, actor, found.alert),
    listAlertDeliveries(deps, actor, id, { limit: mostDeliveries }),
  ]);
  return {
    ...found,
    identityName,
    people,
    exception,
    deliveries,
    old: deps.clock.now().getTime() - Date.parse(found.alert.openedAt) > deliveriesKeptMs,
    may,
    me: actor.kind === "user" ? actor.id : null,
    network: onlyNetwork(found.entries.items),
  };
}

/** What keeps the rule quiet about the same subject now, if anything does. */
async function findException(
  deps: Deps,
  actor: Actor,
  { rule, subject }: AlertDto,
): Promise<ExceptionDto | null> {
  const inForce = await listExceptions(deps, actor);
  return (
    inForce.find(
      (one) =>
        one.rule === rule && one.subject.kind === subject.kind && one.subject.id === subject.id,
    ) ?? null
  );
}

/** The one network that everything came from; null if there were several, or none. */
function onlyNetwork(entries: readonly EntrySummary[]): string | null {
  const networks = new Set(entries.map(({ origin }) => networkOf(origin.ip)));
  return networks.size === 1 ? ([...networks][0] ?? null) : null;
}
