import { ChevronRight } from "lucide-react";
import { StateBadge } from "@/components/ui/badge";
import { EmptyState } from "@/components/ui/empty-state";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import type { DeliveryView } from "@/lib/delivery/schema";
import { plural } from "@/lib/format/count";
import { DeliveryAttempts } from "./delivery-attempts";
import { deliveryState, reasonLabels } from "./delivery-labels";
import { groupDeliveries, type DeliveryGroup } from "./group-deliveries";

/**
 * Notifications, newest first, each with all of its attempts. Those next to each other that failed in
 * the same way are one line that opens.
 */
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
      {groupDeliveries(items).map((group) =>
        group.items.length === 1 ? (
          <Delivery key={group.first.id} delivery={group.first} />
        ) : (
          <Group key={group.first.id} group={group} />
        ),
      )}
    </ul>
  );
}

function Group({ group: { first, items } }: Readonly<{ group: DeliveryGroup }>) {
  const { state, label } = deliveryState(first);
  const answer = first.attempts.at(-1)?.answer ?? "";
  return (
    <li className="text-sm">
      <details className="group">
        <summary className="flex cursor-pointer list-none items-start gap-2 px-4 py-3 outline-offset-[-2px] hover:bg-hover">
          <ChevronRight
            aria-hidden
            className="mt-0.5 size-4 shrink-0 text-muted transition-transform group-open:rotate-90"
          />
          <span className="flex min-w-0 flex-1 flex-col gap-1">
            <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
              <StateBadge state={state} label={label} />
              <span className="font-medium">{plural(items.length, "notification")}</span>
              <span className="text-xs text-muted sm:ml-auto">
                <Time at={first.createdAt} />
              </span>
            </span>
            {answer !== "" && <span className="text-xs break-words text-muted">{answer}</span>}
          </span>
        </summary>
        <ul className="divide-y divide-border border-t border-border bg-sunken">
          {items.map((delivery) => (
            <Delivery key={delivery.id} delivery={delivery} />
          ))}
        </ul>
      </details>
    </li>
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
