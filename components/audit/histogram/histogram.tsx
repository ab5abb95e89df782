"use client";

import { useRouter } from "next/navigation";
import { useState, useTransition } from "react";
import { listHref, type Params } from "@/components/filters/list-href";
import { TableToggle } from "@/components/ui/table-toggle";
import { plural } from "@/lib/format/count";
import type { EntryHistogram } from "@/lib/log/schema";
import { HistogramBars } from "./bars";
import { HistogramTable } from "./table";
import { countOf, describeStep, legend } from "./text";

type Props = Readonly<{ path: string; params: Params; histogram: EntryHistogram }>;

/**
 * Matching entries over time by outcome. Dragging over the bars, or selecting with the arrow keys and
 * Enter, filters by those times. A button shows the same numbers as a table.
 */
export function Histogram({ path, params, histogram: { steps, stepMs } }: Props) {
  const router = useRouter();
  const [asTable, setAsTable] = useState(false);
  const [shown, setShown] = useState<number | null>(null);
  const [, start] = useTransition();
  const total = steps.reduce((sum, step) => sum + countOf(step), 0);
  const hrefOf = (first: number, last: number): string =>
    listHref(path, params, {
      from: steps[first]?.from ?? null,
      to: new Date(Date.parse(steps[last]?.from ?? "") + stepMs - 1).toISOString(),
      period: null,
    });
  const current = shown === null ? undefined : steps[shown];
  return (
    <figure
      aria-label="Entries over time"
      className="mb-3 flex h-44 flex-col gap-1 rounded-lg border border-border bg-raised px-3 pt-1.5 pb-2 shadow-card"
    >
      <figcaption className="flex min-h-8 items-center justify-between gap-3 text-xs text-muted">
        <span className="min-w-0 truncate">
          {current
            ? describeStep(current, stepMs)
            : `${plural(total, "entry", "entries")} over time`}
        </span>
        <span className="flex shrink-0 items-center gap-3">
          {legend.map(({ key, label, dot }) => (
            <span key={key} className="inline-flex items-center gap-1.5 max-sm:hidden">
              <span aria-hidden className={`size-2 rounded-sm ${dot}`} />
              {label}
            </span>
          ))}
          <TableToggle asTable={asTable} onChange={setAsTable} />
        </span>
      </figcaption>
      {total === 0 ? (
        <p className="grid flex-1 place-items-center text-sm text-muted">No entries match.</p>
      ) : asTable ? (
        <HistogramTable steps={steps} stepMs={stepMs} hrefOf={(step) => hrefOf(step, step)} />
      ) : (
        <HistogramBars
          steps={steps}
          stepMs={stepMs}
          onShow={setShown}
          onSelect={(first, last) => {
            setShown(null);
            start(() => {
              router.push(hrefOf(first, last), { scroll: false });
            });
          }}
        />
      )}
    </figure>
  );
}
