import { Send } from "lucide-react";
import { DeliveryAttempts } from "@/components/delivery/delivery-attempts";
import { deliveryLook, kindWords } from "@/components/delivery/delivery-words";
import { StateBadge } from "@/components/ui/badge";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import type { Severity } from "@/lib/alerts/schema";
import type { AlertDelivery, AlertDeliveryList } from "@/lib/delivery/schema";
import { formatCount, plural } from "@/lib/format/count";
import { severityWords } from "./alert-words";

type Props = Readonly<{
  deliveries: AlertDeliveryList;
  severity: Severity;
  /** The reader may open a destination. */ mayOpen: boolean;
  /** … and add one. */ mayAdd: boolean;
  /** It is so old that what was sent of it may be forgotten. */ old: boolean;
}>;

const whatWords: Readonly<Record<AlertDelivery["reason"], string>> = {
  opened: "that it was raised",
  escalated: "that it is more severe",
  resolved: "that it is resolved",
  test: "a test",
};

/** Whom an alert was told, how that went, and what waits. */
export function AlertDeliveries({
  deliveries: { items, nextCursor, takers },
  severity,
  mayOpen,
  mayAdd,
  old,
}: Props) {
  const waiting = items.filter(({ status }) => status === "pending").length;
  return (
    <Card
      title="Deliveries"
      padding="flush"
      description={
        items.length === 0
          ? undefined
          : waiting === 0
            ? "Whom it was told, the latest first."
            : `${plural(waiting, "delivery", "deliveries")} still to be sent.`
      }
      footer={
        nextCursor === null
          ? undefined
          : `The latest ${formatCount(items.length)}. The others stand at their destinations.`
      }
    >
      {items.length === 0 ? (
        <Untold severity={severity} takers={takers} mayOpen={mayOpen} mayAdd={mayAdd} old={old} />
      ) : (
        <ul aria-label="Deliveries" className="divide-y divide-border border-t border-border">
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
    { state, word } = deliveryLook(delivery);
  return (
    <li className="flex flex-col gap-1 px-4 py-3 text-sm">
      <div className="flex items-baseline justify-between gap-x-4">
        <span className="min-w-0 break-words">
          <StateBadge state={state} word={word} />{" "}
          {mayOpen ? (
            <Link href={`/settings/delivery/${destination.id}`} variant="quiet">
              {destination.name}
            </Link>
          ) : (
            destination.name
          )}{" "}
          <span className="text-muted">
            ({kindWords[destination.kind].label}), {whatWords[reason]}
          </span>
        </span>
        <span className="shrink-0 text-xs text-muted">
          <Time at={createdAt} />
        </span>
      </div>
      <DeliveryAttempts attempts={attempts} />
      <Next delivery={delivery} />
    </li>
  );
}

/** What becomes of what is not sent yet, or why nothing does. */
function Next({
  delivery: { status, nextAt, attempts, destination },
}: Readonly<{ delivery: AlertDelivery }>) {
  if (status === "failed")
    return (
      <p className="text-xs text-muted">
        {destination.status === "removed"
          ? "Given up: the destination was removed."
          : "Given up after a day."}
      </p>
    );
  if (status === "sent" || nextAt === null) return null;
  if (destination.status === "paused")
    return <p className="text-xs text-muted">Waits until the destination is resumed.</p>;
  return (
    <p className="text-xs text-muted">
      {attempts.length === 0 ? (
        "To be sent at once."
      ) : (
        <>
          The next try is due <Time at={nextAt} />.
        </>
      )}
    </p>
  );
}

/** Why nothing was sent, or what was is forgotten; and what would change that. */
function Untold({
  severity,
  takers,
  mayOpen,
  mayAdd,
  old,
}: Omit<Props, "deliveries"> & Readonly<{ takers: number }>) {
  const word = severityWords[severity].toLowerCase();
  const toList = mayOpen && <ButtonLink href="/settings/delivery">Destinations</ButtonLink>;
  if (old)
    return (
      <EmptyState icon={<Send aria-hidden />} title="Nothing is kept" action={toList}>
        What was sent of an alert is kept for 90 days, and this one is older.
      </EmptyState>
    );
  if (takers > 0)
    return (
      <EmptyState icon={<Send aria-hidden />} title="Nothing was sent" action={toList}>
        {plural(takers, "destination takes", "destinations take")} {word} alerts now; when this one
        was raised, none did.
      </EmptyState>
    );
  return (
    <EmptyState
      icon={<Send aria-hidden />}
      title={`No destination takes ${word} alerts`}
      action={
        mayAdd ? <ButtonLink href="/settings/delivery">Add a destination</ButtonLink> : toList
      }
    >
      It stands in the console alone.{" "}
      {mayAdd
        ? "Add one, or lower the least severity of one that there is."
        : "An administrator can have such alerts sent by e-mail, to a webhook, a chat or syslog."}
    </EmptyState>
  );
}
