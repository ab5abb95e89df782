import { listAssignees } from "@/lib/alerts/find-assignees";
import { explainSilencing } from "@/lib/alerts/assert-may-silence";
import { getAlert } from "@/lib/alerts/get-alert";
import type { Actor } from "@/lib/access/actor";
import type { AlertDto, ExceptionDto } from "@/lib/alerts/schema";
import { openPage } from "@/lib/auth/page";
import { scopeOf, type Permission } from "@/lib/access/permissions";
import { networkOf } from "@/lib/net/network";
import { deliveryRetentionMs } from "@/lib/delivery/schema";
import { listExceptions } from "@/lib/alerts/manage-exceptions";
import { listAlertDeliveries } from "@/lib/delivery/read-deliveries";
import type { Deps } from "@/lib/runtime/deps";
import type { EntrySummary } from "@/lib/log/schema";
import { findIdentityName } from "@/app/(console)/identity-name";
import { nullIfNotFound } from "@/app/(console)/null-if-not-found";

const mostDeliveries = 50;

/** Everything that the page of one alert shows; null if there is no such alert. */
export async function loadAlert(id: string, cursor: string | undefined) {
  const { actor, deps } = await openPage("alerts.read", {
    action: "alert.read",
    target: { kind: "alert", id, label: id },
  });
  const loaded = await nullIfNotFound(getAlert(deps, actor, id, { cursor }));
  if (loaded === null) return null;
  const can = (permission: Permission): boolean => scopeOf(actor.role, permission) !== "none";
  const may = {
    handle: can("alerts.handle"),
    audit: can("audit.read"),
    destinations: can("destinations.read"),
    addDestination: can("destinations.write"),
    openSubject: loaded.alert.subject.kind !== "account" || can("accounts.read"),
  };
  const [identityName, people, exception, deliveries, denied] = await Promise.all([
    findIdentityName(deps, actor, loaded.alert.identityId ?? undefined),
    may.handle ? listAssignees(deps, actor) : [],
    findException(deps, actor, loaded.alert),
    listAlertDeliveries(deps, actor, id, { limit: mostDeliveries }),
    may.handle ? explainSilencing(deps, actor, loaded.alert) : {},
  ]);
  return {
    ...loaded,
    identityName,
    people,
    exception,
    deliveries,
    denied,
    old: deps.clock.now().getTime() - Date.parse(loaded.alert.openedAt) > deliveryRetentionMs,
    may,
    me: actor.kind === "user" ? actor.id : null,
    network: onlyNetwork(loaded.entries.items),
  };
}

/** The active exception for the same rule and subject, if there is one. */
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

/** The network that all entries came from; null if there were several, or none. */
function onlyNetwork(entries: readonly EntrySummary[]): string | null {
  const networks = new Set(entries.map(({ origin }) => networkOf(origin.ip)));
  return networks.size === 1 ? ([...networks][0] ?? null) : null;
}
