import type { ReactNode } from "react";

export type SummaryItem = Readonly<{ label: string; value: ReactNode; hint?: ReactNode }>;

/** What matters most about one thing, in a row under the head of its page. */
export function SummaryStrip({ items }: Readonly<{ items: readonly SummaryItem[] }>) {
  return (
    <dl className="grid gap-px overflow-hidden rounded-lg border border-border bg-border shadow-card sm:grid-cols-2 xl:grid-cols-4">
      {items.map(({ label, value, hint }) => (
        <div key={label} className="flex min-w-0 flex-col gap-1 bg-raised px-4 py-3 text-sm">
          <dt className="text-xs text-muted">{label}</dt>
          <dd className="flex min-w-0 flex-col gap-1 break-words">
            <div className="font-medium">{value}</div>
            {hint && <div className="text-xs text-muted">{hint}</div>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
