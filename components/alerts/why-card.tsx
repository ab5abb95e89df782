import { Eye, History } from "lucide-react";
import type { ReactNode } from "react";
import { Card } from "@/components/ui/card";
import { Time } from "@/components/ui/time";
import { plural } from "@/lib/format/count";
import type { AlertDto } from "@/lib/alerts/schema";

/** What was seen, next to what is usual: the reason for the alert, in checkable facts. */
export function WhyCard({
  alert: { surprise, baseline, count, firstAt, lastAt },
}: Readonly<{ alert: AlertDto }>) {
  return (
    <Card
      title="Why this is an alert"
      footer={
        <>
          {count === 1 ? (
            <>
              Seen once, <Time at={lastAt} />.
            </>
          ) : (
            <>
              Seen {plural(count, "time")}, first <Time at={firstAt} />, last <Time at={lastAt} />.
            </>
          )}
        </>
      }
    >
      <div className="grid gap-3 md:grid-cols-2">
        <WhySide icon={<Eye aria-hidden />} title="What was seen" strong>
          {surprise}
        </WhySide>
        <WhySide icon={<History aria-hidden />} title="What is usual">
          {baseline}
        </WhySide>
      </div>
    </Card>
  );
}

function WhySide({
  icon,
  title,
  strong = false,
  children,
}: Readonly<{ icon: ReactNode; title: string; strong?: boolean; children: string }>) {
  return (
    <div
      className={
        strong
          ? "rounded-md border border-expiring/35 bg-expiring-soft px-3.5 py-3"
          : "rounded-md border border-border bg-sunken/60 px-3.5 py-3"
      }
    >
      <h3
        className={
          strong
            ? "flex items-center gap-1.5 text-xs font-medium text-expiring [&_svg]:size-3.5"
            : "flex items-center gap-1.5 text-xs font-medium text-muted [&_svg]:size-3.5"
        }
      >
        {icon}
        {title}
      </h3>
      <p className="mt-1 text-base break-words">{children}</p>
    </div>
  );
}
