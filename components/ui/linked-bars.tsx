"use client";

import clsx from "clsx";
import NextLink from "next/link";
import { useState } from "react";
import { formatCount } from "@/lib/format/count";
import { Link } from "./link";
import type { Series } from "./chart-types";
import { ScrollBox } from "./scroll-box";
import { SeriesLegend } from "./series-legend";
import { SeriesTable } from "./series-table";
import { toneFill } from "./tone";

/** A bar, and the list that it stands for. */
export type LinkedBar = Readonly<{
  /** What it stands for, such as "2026-12-07 to 2026-12-13". */
  label: string;
  /** Under the bar. */
  short: string;
  href: string;
  values: Readonly<Record<string, number>>;
  /** The list of each part; the bar's own where it has one part. */
  hrefs?: Readonly<Record<string, string>>;
}>;

type Props = Readonly<{
  /** What the chart shows, for screen readers. */
  label: string;
  /** What a bar is, such as "Week". Heads the first column of the table view. */
  pointLabel: string;
  /** What is counted, such as "certificates". */
  unit: string;
  series: readonly Series[];
  bars: readonly LinkedBar[];
  /** Half as high, over a list. */
  compact?: boolean | undefined;
}>;

const totalOf = ({ values }: LinkedBar, series: readonly Series[]): number =>
  series.reduce((sum, { key }) => sum + (values[key] ?? 0), 0);

/**
 * Bars of stacked parts, each a link to exactly what it counts. A button switches to the same
 * numbers as a table. It is drawn with attributes alone, so the server can send it.
 */
export function LinkedBars(props: Props) {
  const { label, pointLabel, series, bars, compact = false } = props;
  const [asTable, setAsTable] = useState(false);
  return (
    <figure className="flex min-w-0 flex-col gap-2">
      <SeriesLegend series={series} asTable={asTable} onChange={setAsTable} />
      {asTable ? (
        <ScrollBox label={label} className={clsx("overflow-auto", heightOf(compact))}>
          <SeriesTable
            series={series}
            points={bars}
            pointLabel={pointLabel}
            cell={(bar, { key, label: name }, text) => (
              <Link
                href={bar.hrefs?.[key] ?? bar.href}
                aria-label={`${text}: ${name}, ${bar.label}`}
              >
                {text}
              </Link>
            )}
          />
        </ScrollBox>
      ) : (
        <BarList {...props} />
      )}
    </figure>
  );
}

const heightOf = (compact: boolean): string => (compact ? "h-28" : "h-52");

function BarList({ label, unit, series, bars, compact = false }: Props) {
  const most = Math.max(1, ...bars.map((bar) => totalOf(bar, series)));
  // So many labels fit beside each other on a phone.
  const every = Math.ceil(bars.length / 5);
  const withNumbers = bars.length <= 16;
  return (
    <ul
      aria-label={label}
      className={clsx("flex items-stretch gap-0.5 sm:gap-1", heightOf(compact))}
    >
      {bars.map((bar, n) => {
        const total = totalOf(bar, series);
        const parts = series.map(
          ({ key, label: name }) => `${name}: ${formatCount(bar.values[key] ?? 0)}`,
        );
        const text = `${bar.label}: ${formatCount(total)} ${unit}${series.length > 1 && total > 0 ? ` (${parts.join(", ")})` : ""}`;
        return (
          <li key={bar.label} className="flex min-w-0 flex-1">
            <NextLink
              href={bar.href}
              prefetch={false}
              data-tip={text}
              className="flex min-w-0 flex-1 flex-col rounded-sm hover:bg-hover"
            >
              <span className="sr-only">{text}</span>
              <span aria-hidden className="h-4 text-center text-2xs text-muted">
                {total > 0 && withNumbers ? formatCount(total) : ""}
              </span>
              <Column bar={bar} series={series} most={most} />
              <span
                aria-hidden
                className={clsx(
                  "flex h-4 justify-center overflow-visible text-2xs whitespace-nowrap text-muted",
                  n % every > 0 && "invisible",
                )}
              >
                {bar.short}
              </span>
            </NextLink>
          </li>
        );
      })}
    </ul>
  );
}

/** The parts of a bar, the first at the bottom; as high as the largest bar would be. */
function Column({
  bar,
  series,
  most,
}: Readonly<{ bar: LinkedBar; series: readonly Series[]; most: number }>) {
  return (
    <svg
      aria-hidden
      preserveAspectRatio="none"
      viewBox={`0 0 10 ${most}`}
      className="min-h-0 w-full flex-1 border-b border-border"
    >
      {series.map(({ key, tone }, n) => {
        const value = bar.values[key] ?? 0;
        const upTo = totalOf(bar, series.slice(0, n + 1));
        return (
          value > 0 && (
            <rect
              key={key}
              x="1.5"
              width="7"
              y={most - upTo}
              height={value}
              className={toneFill[tone]}
            />
          )
        );
      })}
    </svg>
  );
}
