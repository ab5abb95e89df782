import type { Person } from "@/components/alerts/assign-dialog";
import { listAccounts } from "@/lib/accounts/list-accounts";
import { listExceptions } from "@/lib/alerts/exceptions";
import { getAlert } from "@/lib/alerts/get-alert";
import type { Actor } from "@/lib/auth/actor";
import type { AlertDto, ExceptionDto } from "@/lib/alerts/schema";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/auth/permissions";
import { networkOf } from "@/lib/custody/networks";
import type { Deps } from "@/lib/deps";
import type { EntrySummary } from "@/lib/log/schema";
import { findIdentityName, orNull } from "../../identity-name";

/** Everything that the page of one alert shows; null if there is none. */
export async function loadAlert(id: string, cursor: string | undefined) {
  const { actor, deps } = await openPage("alerts.read", { action: "alert.read", target: { kind: "alert", id, label: id } });
  const found = await orNull(getAlert(deps, actor, id, { cursor }));
  if (found === null) return null;
  const [identityName, people, exception] = await Promise.all([findIdentityName(deps, actor, found.alert.identityId ?? undefined), listPeople(deps, actor), findException(deps, actor, found.alert)]);
  const may = { handle: scopeOf(actor.role, "alerts.handle") !== "none", audit: scopeOf(actor.role, "audit.read") !== "none" };
  return { ...found, identityName, people, exception, may, me: actor.kind === "user" ? actor.id : null, network: onlyNetwork(found.entries.items) };
}

/** What keeps the rule quiet about the same subject now, if anything does. */
async function findException(deps: Deps, actor: Actor, { rule, subject }: AlertDto): Promise<ExceptionDto | null> {
  const inForce = await listExceptions(deps, actor);
  return inForce.find((one) => one.rule === rule && one.subject.kind === subject.kind && one.subject.id === subject.id) ?? null;
}

/** Who could take care of an alert, as far as the reader may know. */
async function listPeople(deps: Deps, actor: Actor): Promise<readonly Person[]> {
  if (scopeOf(actor.role, "accounts.read") === "none") return [];
  const { items } = await listAccounts(deps, actor, { status: "active", limit: 200 });
  return items.filter(({ role }) => scopeOf(role, "alerts.handle") !== "none").map(({ id, name, email }) => ({ id, label: `${name} (${email})` }));
}

/** The one network that everything came from; null if there were several, or none. */
function onlyNetwork(entries: readonly EntrySummary[]): string | null {
  const networks = new Set(entries.map(({ origin }) => networkOf(origin.ip)));
  return networks.size === 1 ? [...networks][0] ?? null : null;
}
