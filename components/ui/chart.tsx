"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import { formatCount } from "@/lib/format/count";
import type { ChartProps, Point, Series } from "./chart-types";
import { ScrollBox } from "./scroll-box";
import { Skeleton } from "./skeleton";
import { TableToggle } from "./table-toggle";
import { toneSolid } from "./tone";

// Drawn only in the browser: a chart sizes itself by its box, and the server sends no inline
// styles.
const Plot = dynamic(() => import("./chart-plot").then((module) => module.ChartPlot), {
  ssr: false,
  loading: () => <Skeleton height="chart" />,
});

/** Numbers over time or by group, stacked. A button switches to the same numbers as a table. */
export function Chart({ label, series, points, pointLabel, kind }: ChartProps) {
  const [asTable, setAsTable] = useState(false);
  return (
    <figure className="flex h-full min-w-0 flex-col gap-2">
      <figcaption className="flex items-center justify-between gap-3 text-xs text-muted">
        <span className="flex flex-wrap gap-x-3 gap-y-1">
          {series.map(({ key, label: name, tone }) => (
            <span key={key} className="inline-flex items-center gap-1.5">
              <span aria-hidden className={`size-2 rounded-sm ${toneSolid[tone]}`} />
              {name}
            </span>
          ))}
        </span>
        <TableToggle asTable={asTable} onChange={setAsTable} />
      </figcaption>
      {/* Fills the height of its card; the content must not stretch it. A plot is as wide as before
          until it is drawn again: what is too wide then is clipped. */}
      <div className="relative min-h-56 flex-1">
        <div className="absolute inset-0 overflow-x-clip">
          {asTable ? (
            <ChartTable {...{ label, series, points, pointLabel, kind }} />
          ) : (
            <div
              role="img"
              aria-label={`${label}. ${summarize(series, points)}`}
              className="size-full"
            >
              <Plot {...{ series, points, kind }} />
            </div>
          )}
        </div>
      </div>
    </figure>
  );
}

function summarize(series: readonly Series[], points: readonly Point[]): string {
  const sums = series.map(
    ({ key, label }) =>
      `${label}: ${formatCount(points.reduce((sum, point) => sum + (point.values[key] ?? 0), 0))}`,
  );
  if (points.length === 0) return "No data.";
  return `${sums.join(", ")}. From ${points[0]?.label} to ${points.at(-1)?.label}.`;
}

function ChartTable({ label, series, points, pointLabel }: ChartProps) {
  return (
    <ScrollBox label={label} className="h-full overflow-auto">
      <table className="w-full text-xs">
        <thead className="sticky top-0 bg-sunken text-left text-muted">
          <tr>
            <th scope="col" className="px-3 py-1.5 font-medium">
              {pointLabel}
            </th>
            {series.map(({ key, label: name }) => (
              <th key={key} scope="col" className="px-3 py-1.5 text-right font-medium">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {points.map((point) => (
            <tr key={point.label} className="border-t border-border">
              <th scope="row" className="px-3 py-1 text-left font-normal">
                {point.label}
              </th>
              {series.map(({ key }) => (
                <td key={key} className="px-3 py-1 text-right">
                  {formatCount(point.values[key] ?? 0)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}
