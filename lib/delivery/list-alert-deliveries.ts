import { noSuchAlert } from "@/lib/alerts/alert-dto";
import { severities, type Severity } from "@/lib/alerts/schema";
import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { findToldAlert, listDeliveriesOf, type AlertDeliveryRow } from "./delivery-repository";
import { deliveryView } from "./destination-dto";
import { countTakers } from "./destination-repository";
import {
  deliveryQuery,
  type AlertDelivery,
  type AlertDeliveryList,
  type DeliveryQueryInput,
} from "./schema";

/**
 * What was sent of an alert and what waits, newest first, each with all of its attempts. Whoever may read the alert may know the names of the destinations,
 * not their settings. Errors: `alert.not-found`.
 */
export async function listAlertDeliveries(
  deps: Pick<Deps, "db">,
  actor: Actor,
  alertId: string,
  input: DeliveryQueryInput = {},
): Promise<AlertDeliveryList> {
  authorize(actor, "alerts.read");
  const { cursor, limit } = deliveryQuery.parse(input),
    alert = await findToldAlert(deps.db, alertId);
  if (alert === null) throw noSuchAlert();
  const upto = severities.slice(0, severities.indexOf(alert.severity as Severity) + 1);
  const [rows, takers] = await Promise.all([
      listDeliveriesOf(deps.db, alertId, cursor, limit + 1),
      countTakers(deps.db, upto),
    ]),
    shown = rows.slice(0, limit);
  return {
    items: shown.map(alertDelivery),
    nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
    takers,
  };
}

function alertDelivery(row: AlertDeliveryRow): AlertDelivery {
  const { alert: _known, ...view } = deliveryView(row),
    { destination } = row;
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
