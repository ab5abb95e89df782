import { StateBadge } from "@/components/ui/badge";
import { EmptyState } from "@/components/ui/empty-state";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import type { DeliveryView } from "@/lib/delivery/schema";
import { DeliveryAttempts } from "./delivery-attempts";
import { deliveryState, reasonLabels } from "./delivery-labels";

/** Notifications, newest first, each with all of its attempts. */
export function DeliveryHistory({ items }: Readonly<{ items: readonly DeliveryView[] }>) {
  if (items.length === 0)
    return (
      <EmptyState title="No notifications yet">
        Alerts at or above the minimum severity appear here. Send a test to check the connection
        now.
      </EmptyState>
    );
  return (
    <ul aria-label="Notifications" className="divide-y divide-border border-t border-border">
      {items.map((delivery) => (
        <Delivery key={delivery.id} delivery={delivery} />
      ))}
    </ul>
  );
}

function Delivery({ delivery }: Readonly<{ delivery: DeliveryView }>) {
  const { alert, reason, createdAt, nextAt, attempts } = delivery,
    { state, label } = deliveryState(delivery);
  return (
    <li className="flex flex-col gap-1 px-4 py-3 text-sm">
      <div className="flex items-center justify-between gap-x-4">
        <span className="flex items-center gap-2">
          <StateBadge state={state} label={label} />
          <span className="text-xs text-muted">{reasonLabels[reason]}</span>
        </span>
        <span className="shrink-0 text-xs text-muted">
          <Time at={createdAt} />
        </span>
      </div>
      {alert && (
        <p className="min-w-0 break-words">
          <Link href={`/alerts/${alert.id}`} variant="quiet">
            {alert.summary}
          </Link>
        </p>
      )}
      <DeliveryAttempts attempts={attempts} />
      {nextAt && attempts.length > 0 && (
        <p className="text-xs text-muted">
          Next attempt <Time at={nextAt} />.
        </p>
      )}
    </li>
  );
}
