import { StateBadge } from "@/components/ui/badge";
import { EmptyState } from "@/components/ui/empty-state";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import type { AttemptView, DeliveryView } from "@/lib/delivery/schema";
import { plural } from "@/lib/format/count";
import { deliveryLook, reasonWords } from "./delivery-words";

/** What was sent, newest first, each with every attempt. */
export function DeliveryHistory({ items }: Readonly<{ items: readonly DeliveryView[] }>) {
  if (items.length === 0) return <EmptyState title="Nothing was sent yet">The next alert that is severe enough is. A test shows at once whether the way is open.</EmptyState>;
  return <ul aria-label="Deliveries" className="divide-y divide-border">{items.map((delivery) => <Delivery key={delivery.id} delivery={delivery} />)}</ul>;
}

function Delivery({ delivery }: Readonly<{ delivery: DeliveryView }>) {
  const { alert, reason, createdAt, nextAt, attempts } = delivery, { state, word } = deliveryLook(delivery), last = attempts.at(-1);
  return (
    <li className="flex flex-col gap-1 px-4 py-3 text-sm">
      <div className="flex items-baseline justify-between gap-x-4">
        <span className="min-w-0 break-words"><StateBadge state={state} word={word} /> <span className="text-muted">{reasonWords[reason]}{alert && ":"}</span> {alert && <Link href={`/alerts/${alert.id}`} variant="quiet">{alert.summary}</Link>}</span>
        <span className="shrink-0 text-xs text-muted"><Time at={createdAt} /></span>
      </div>
      {last && attempts.length === 1 && <Attempt attempt={last} />}
      {attempts.length > 1 && last && (
        <details className="text-xs">
          <summary className="w-fit cursor-pointer rounded-sm text-muted">{plural(attempts.length, "attempt")}, the last: {last.answer}</summary>
          <ol className="mt-1.5 flex flex-col gap-1 border-l border-border pl-3">{attempts.map((attempt) => <li key={attempt.n}><Attempt attempt={attempt} /></li>)}</ol>
        </details>
      )}
      {nextAt && attempts.length > 0 && <p className="text-xs text-muted">Tried again <Time at={nextAt} />.</p>}
    </li>
  );
}

function Attempt({ attempt: { at, ok, answer, milliseconds } }: Readonly<{ attempt: AttemptView }>) {
  return <p className="text-xs break-words text-muted"><Time at={at} show="exact" />: <span className={ok ? "text-valid" : "text-text"}>{answer}</span>{milliseconds > 0 && ` ${milliseconds} ms`}</p>;
}
