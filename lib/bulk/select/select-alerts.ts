import type { Actor } from "@/lib/access/actor";
import { findAssigneeToBe } from "@/lib/alerts/find-assignees";
import {
  findAlerts,
  listMatchingAlerts,
  type MatchedAlert,
} from "@/lib/alerts/list-matching-alerts";
import { type Assignee, severities } from "@/lib/alerts/schema";
import { listPowersOfIdentities } from "@/lib/bulk/bulk-repository";
import { type AlertAct, type BulkInput, type Exclusion, maxBulkItems } from "@/lib/bulk/schema";
import type { Deps } from "@/lib/runtime/deps";
import { alertExcludedBecause, seenAlertState } from "./decide-alert";
import { assertCount, type Selection } from "./selection";

/** The alerts of a selection. Errors: as `selectItems`. */
export async function selectAlerts(
  deps: Pick<Deps, "db">,
  actor: Actor,
  input: BulkInput & Readonly<{ act: AlertAct }>,
): Promise<Selection> {
  await findBulkAssignee(deps, input);
  const { rows, missing } = await readAlerts(deps, input);
  const powers = await listPowersOfIdentities(deps.db, identitiesOf(rows));
  const items: MatchedAlert[] = [];
  const excluded: { why: Exclusion; name: string }[] = missing.map((id) => ({
    why: "missing",
    name: id,
  }));
  for (const row of rows) {
    const ofIdentity = powers.get(row.identityId ?? "") ?? [];
    const why = alertExcludedBecause(row, input, { actor, powers: ofIdentity });
    if (why === null) items.push(row);
    else excluded.push({ why, name: row.summary });
  }
  return {
    selected: rows.length + missing.length,
    items: items.map((row) => ({ id: row.id, state: seenAlertState(input.act, row) })),
    excluded,
    identityIds: identitiesOf(items),
    withoutSuccessor: 0,
    severities: severities
      .map((severity) => ({
        severity,
        count: items.filter((row) => row.severity === severity).length,
      }))
      .filter(({ count }) => count > 0)
      .toReversed(),
  };
}

const identitiesOf = (rows: readonly MatchedAlert[]): readonly string[] => [
  ...new Set(rows.flatMap(({ identityId }) => identityId ?? [])),
];

/** Who the alerts are assigned to; null for no one. Errors: as `findAssigneeToBe`. */
export function findBulkAssignee(
  deps: Pick<Deps, "db">,
  { act, assignee = null }: Pick<BulkInput, "act" | "assignee">,
): Promise<Assignee | null> {
  return act === "assign-alert" && assignee !== null
    ? findAssigneeToBe(deps, assignee)
    : Promise.resolve(null);
}

async function readAlerts(
  deps: Pick<Deps, "db">,
  { alerts, alertFilter, count }: BulkInput,
): Promise<Readonly<{ rows: readonly MatchedAlert[]; missing: readonly string[] }>> {
  if (alerts !== undefined) {
    const wanted = [...new Set(alerts)];
    const rows = await findAlerts(deps, wanted);
    const found = new Set(rows.map(({ id }) => id));
    return { rows, missing: wanted.filter((id) => !found.has(id)) };
  }
  const rows = await listMatchingAlerts(deps, alertFilter ?? {}, maxBulkItems + 1);
  assertCount("alerts", rows.length, count);
  return { rows, missing: [] };
}
