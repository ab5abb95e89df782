"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import { formatCount } from "@/lib/format/count";
import type { ChartProps, Point, Series } from "./chart-types";
import { ScrollBox } from "./scroll-box";
import { SeriesLegend } from "./series-legend";
import { SeriesTable } from "./series-table";
import { Skeleton } from "./skeleton";

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
      <SeriesLegend series={series} asTable={asTable} onChange={setAsTable} />
      {/* Fills the height of its card; the content must not stretch it. A plot is as wide as before
          until it is drawn again: what is too wide then is clipped. */}
      <div className="relative min-h-56 flex-1">
        <div className="absolute inset-0 overflow-x-clip">
          {asTable ? (
            <ScrollBox label={label} className="h-full overflow-auto">
              <SeriesTable {...{ series, points, pointLabel }} />
            </ScrollBox>
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
