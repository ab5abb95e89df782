import clsx from "clsx";
import type { ReactNode } from "react";

export type DataItem = Readonly<{ label: string; value: ReactNode; hint?: string | undefined }>;

/** Labels and values of one item. A missing value is a dash that screen readers read as "none". */
export function DataList({
  items,
  columns = 1,
  narrow = false,
}: Readonly<{
  items: readonly DataItem[];
  columns?: 1 | 2 | undefined;
  /** In a narrow card of short facts: label and value keep one line. */ narrow?:
    | boolean
    | undefined;
}>) {
  return (
    <div className="@container">
      <dl className={columns === 2 ? "grid gap-x-8 @3xl:grid-cols-2" : "grid"}>
        {items.map(({ label, value, hint }) => (
          <div
            key={label}
            className={clsx(
              "grid min-w-0 items-baseline gap-x-4 border-b border-border py-2 text-sm last:border-b-0",
              narrow
                ? "grid-cols-[6.5rem_minmax(0,1fr)] @sm:grid-cols-[minmax(7rem,11rem)_minmax(0,1fr)]"
                : "@sm:grid-cols-[minmax(7rem,11rem)_minmax(0,1fr)]",
              columns === 2 && "@3xl:nth-last-2:odd:border-b-0",
            )}
          >
            <dt className="text-muted">
              {label}
              {hint && <span className="block text-xs">{hint}</span>}
            </dt>
            <dd className="min-w-0 break-words">
              {value === null || value === undefined || value === "" ? <EmptyValue /> : value}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** A dash that screen readers read as "none". */
export function EmptyValue() {
  return (
    <span className="text-muted">
      <span aria-hidden>–</span>
      <span className="sr-only">none</span>
    </span>
  );
}
