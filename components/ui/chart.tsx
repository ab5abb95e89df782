"use client";

import { ChartColumn, Table2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { formatCount } from "@/lib/format/count";
import { IconButton } from "./button";
import { Skeleton } from "./skeleton";
import { toneSolid, type Tone } from "./tone";

export type Series = Readonly<{ key: string; label: string; tone: Tone }>;
/** One point on the axis: its label and a number for each series. */
export type Point = Readonly<{ label: string; values: Readonly<Record<string, number>> }>;

export type ChartProps = Readonly<{
  /** What it shows, as a title and for screen readers. */
  label: string;
  series: readonly Series[];
  points: readonly Point[];
  /** What a point is: "Day". Heads the first column of the table behind. */
  pointWord: string;
  kind: "bar" | "area";
}>;

// Drawn only in the browser: a chart sizes itself by its box, and the server sends no inline styles.
const Plot = dynamic(() => import("./chart-plot").then((module) => module.ChartPlot), {
  ssr: false,
  loading: () => <Skeleton height="chart" />,
});

/** Numbers over time or by group, stacked; the same numbers as a table one key away. */
export function Chart({ label, series, points, pointWord, kind }: ChartProps) {
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
        <IconButton
          size="sm"
          aria-pressed={asTable}
          label={asTable ? "Show as a picture" : "Show as a table"}
          icon={asTable ? <ChartColumn aria-hidden /> : <Table2 aria-hidden />}
          onClick={() => {
            setAsTable(!asTable);
          }}
        />
      </figcaption>
      {/* As high as its card allows; what is inside must not push it. */}
      <div className="relative min-h-56 flex-1">
        <div className="absolute inset-0">
          {asTable ? (
            <PlainTable {...{ label, series, points, pointWord, kind }} />
          ) : (
            <div
              role="img"
              aria-label={`${label}. ${describe(series, points)}`}
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

function describe(series: readonly Series[], points: readonly Point[]): string {
  const sums = series.map(
    ({ key, label }) =>
      `${label}: ${formatCount(points.reduce((sum, point) => sum + (point.values[key] ?? 0), 0))}`,
  );
  return `${sums.join(", ")} in ${points.length} steps from ${points[0]?.label ?? "nothing"} to ${points.at(-1)?.label ?? "nothing"}.`;
}

function PlainTable({ label, series, points, pointWord }: ChartProps) {
  return (
    // A box that scrolls has to be reachable by keyboard (axe scrollable-region-focusable).
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section
      aria-label={label}
      tabIndex={0}
      className="h-full overflow-auto rounded-md border border-border"
    >
      <table className="w-full text-xs">
        <thead className="sticky top-0 bg-sunken text-left text-muted">
          <tr>
            <th scope="col" className="px-3 py-1.5 font-medium">
              {pointWord}
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
    </section>
  );
}
