import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { alertNotFound } from "@/lib/alerts/alert-dto";
import { severities, type Severity } from "@/lib/alerts/schema";
import type { Deps } from "@/lib/runtime/deps";
import {
  listDeliveryRows,
  findAlertForDelivery,
  listDeliveriesOfAlert,
  type AlertDeliveryRow,
} from "./delivery-repository";
import { deliveryView, destinationNotFound } from "./destination-dto";
import { findDestination, countRecipients } from "./destination-repository";
import {
  deliveryQuery,
  type DeliveryList,
  type DeliveryQueryInput,
  type AlertDelivery,
  type AlertDeliveryList,
} from "./schema";

/**
 * One page of the deliveries to a destination, newest first, each with all its attempts. Errors:
 * `destination.not-found`.
 */
export async function listDeliveries(
  deps: Pick<Deps, "db">,
  actor: Actor,
  id: string,
  input: DeliveryQueryInput = {},
): Promise<DeliveryList> {
  authorize(actor, "destinations.read");
  const { cursor, limit } = deliveryQuery.parse(input);
  if ((await findDestination(deps.db, id)) === null) throw destinationNotFound();
  const rows = await listDeliveryRows(deps.db, id, cursor, limit + 1);
  const page = rows.slice(0, limit);
  return {
    items: page.map(deliveryView),
    nextCursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
  };
}

/**
 * One page of the deliveries of an alert, newest first, each with all its attempts. Readers of the
 * alert see the names of the destinations but not their settings. Errors: `alert.not-found`.
 */
export async function listAlertDeliveries(
  deps: Pick<Deps, "db">,
  actor: Actor,
  alertId: string,
  input: DeliveryQueryInput = {},
): Promise<AlertDeliveryList> {
  authorize(actor, "alerts.read");
  const { cursor, limit } = deliveryQuery.parse(input);
  const alert = await findAlertForDelivery(deps.db, alertId);
  if (alert === null) throw alertNotFound();
  const minSeverities = severities.slice(0, severities.indexOf(alert.severity as Severity) + 1);
  const [rows, recipients] = await Promise.all([
    listDeliveriesOfAlert(deps.db, alertId, cursor, limit + 1),
    countRecipients(deps.db, minSeverities),
  ]);
  const page = rows.slice(0, limit);
  return {
    items: page.map(alertDelivery),
    nextCursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
    takers: recipients,
  };
}

function alertDelivery(row: AlertDeliveryRow): AlertDelivery {
  const { alert: _alert, ...view } = deliveryView(row);
  const { destination } = row;
  return {
    ...view,
    destination: {
      id: destination.id,
      name: destination.name,
      kind: destination.kind,
      status: destination.status,
    } as AlertDelivery["destination"],
  };
}
