import { Send } from "lucide-react";
import { DeliveryAttempts } from "./delivery-attempts";
import { deliveryState, kindLabels } from "./delivery-labels";
import { StateBadge } from "@/components/ui/badge";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import type { Severity } from "@/lib/alerts/schema";
import type { AlertDelivery, AlertDeliveryList } from "@/lib/delivery/schema";
import { formatCount, plural } from "@/lib/format/count";
import { severityLabels } from "@/components/shared/severity-labels";

type Props = Readonly<{
  deliveries: AlertDeliveryList;
  severity: Severity;
  /** The reader may open a destination. */ mayOpen: boolean;
  /** … and add one. */ mayAdd: boolean;
  /** Older than notifications are kept. */ old: boolean;
}>;

const reasonLabels: Readonly<Record<AlertDelivery["reason"], string>> = {
  opened: "alert raised",
  escalated: "severity raised",
  resolved: "alert resolved",
  test: "test",
};

/** The notifications of an alert: where they were sent, the result, and what is still waiting. */
export function AlertNotifications({
  deliveries: { items, nextCursor, takers },
  severity,
  mayOpen,
  mayAdd,
  old,
}: Props) {
  const waiting = items.filter(({ status }) => status === "pending").length;
  return (
    <Card
      title="Notifications"
      padding="flush"
      description={
        items.length === 0
          ? undefined
          : waiting === 0
            ? "Sent for this alert, newest first."
            : `${plural(waiting, "notification")} waiting to be sent.`
      }
      footer={
        nextCursor === null
          ? undefined
          : `The latest ${formatCount(items.length)}. Open a destination to see older ones.`
      }
    >
      {items.length === 0 ? (
        <NoNotifications
          severity={severity}
          takers={takers}
          mayOpen={mayOpen}
          mayAdd={mayAdd}
          old={old}
        />
      ) : (
        <ul aria-label="Notifications" className="divide-y divide-border border-t border-border">
          {items.map((delivery) => (
            <Delivery key={delivery.id} delivery={delivery} mayOpen={mayOpen} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Delivery({ delivery, mayOpen }: Readonly<{ delivery: AlertDelivery; mayOpen: boolean }>) {
  const { destination, reason, createdAt, attempts } = delivery,
    { state, label } = deliveryState(delivery);
  return (
    <li className="flex flex-col gap-1 px-4 py-3 text-sm">
      <div className="flex items-baseline justify-between gap-x-4">
        <span className="min-w-0 break-words">
          <StateBadge state={state} label={label} />{" "}
          {mayOpen ? (
            <Link href={`/settings/delivery/${destination.id}`} variant="quiet">
              {destination.name}
            </Link>
          ) : (
            destination.name
          )}{" "}
          <span className="text-muted">
            ({kindLabels[destination.kind].label}): {reasonLabels[reason]}
          </span>
        </span>
        <span className="shrink-0 text-xs text-muted">
          <Time at={createdAt} />
        </span>
      </div>
      <DeliveryAttempts attempts={attempts} />
      <NextAttempt delivery={delivery} />
    </li>
  );
}

/** When the next attempt is due, or why there is none. */
function NextAttempt({
  delivery: { status, nextAt, attempts, destination },
}: Readonly<{ delivery: AlertDelivery }>) {
  if (status === "failed")
    return (
      <p className="text-xs text-muted">
        {destination.status === "removed"
          ? "Not sent: the destination was removed."
          : "Gave up after 24 hours."}
      </p>
    );
  if (status === "sent" || nextAt === null) return null;
  if (destination.status === "paused")
    return (
      <p className="text-xs text-muted">Paused. Will be sent when the destination is resumed.</p>
    );
  return (
    <p className="text-xs text-muted">
      {attempts.length === 0 ? (
        "Sending now."
      ) : (
        <>
          Next attempt <Time at={nextAt} />.
        </>
      )}
    </p>
  );
}

/** Why there are no notifications, and what to do about it. */
function NoNotifications({
  severity,
  takers,
  mayOpen,
  mayAdd,
  old,
}: Omit<Props, "deliveries"> & Readonly<{ takers: number }>) {
  const severityName = severityLabels[severity].toLowerCase();
  const toList = mayOpen && <ButtonLink href="/settings/delivery">View destinations</ButtonLink>;
  if (old)
    return (
      <EmptyState
        icon={<Send aria-hidden />}
        title="Notifications are no longer kept"
        action={toList}
      >
        Notifications are kept for 90 days. This alert is older.
      </EmptyState>
    );
  if (takers > 0)
    return (
      <EmptyState icon={<Send aria-hidden />} title="No notifications were sent" action={toList}>
        {plural(takers, "destination receives", "destinations receive")} {severityName} alerts now,
        but none did when this alert was raised.
      </EmptyState>
    );
  return (
    <EmptyState
      icon={<Send aria-hidden />}
      title={`No destination receives ${severityName} alerts`}
      action={mayAdd ? <ButtonLink href="/settings/delivery">Add destination</ButtonLink> : toList}
    >
      This alert is only visible in the console.{" "}
      {mayAdd
        ? "Add a destination, or lower the minimum severity of an existing one."
        : "An administrator can add an email, webhook, chat or syslog destination."}
    </EmptyState>
  );
}
