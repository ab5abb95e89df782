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
  /** The list of the whole bar. Without one, its parts are the links. */
  href?: string | undefined;
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
 * Bars of stacked parts, each bar or each part a link to exactly what it counts. A button switches to the same
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
              <Link href={hrefOf(bar, key)} aria-label={`${text}: ${name}, ${bar.label}`}>
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

const hrefOf = (bar: LinkedBar, key: string): string => bar.hrefs?.[key] ?? bar.href ?? "";
const barStyle = "flex min-w-0 flex-1 flex-col rounded-sm hover:bg-hover";

const heightOf = (compact: boolean): string => (compact ? "h-28" : "h-52");

function BarList({ label, unit, series, bars, compact = false }: Props) {
  const most = Math.max(1, ...bars.map((bar) => totalOf(bar, series)));
  // So many labels fit beside each other on a phone.
  const every = Math.ceil(bars.length / 5);
  const withNumbers = bars.length <= 16;
  return (
    <div className="relative">
      {!withNumbers && (
        <span aria-hidden className="absolute top-0 left-0 text-2xs text-muted">
          {formatCount(most)}
        </span>
      )}
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
          const content = (
            <>
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
            </>
          );
          return (
            <li key={bar.label} className="flex min-w-0 flex-1">
              {bar.href === undefined ? (
                <div className={barStyle}>
                  <span className="sr-only">{text}</span>
                  {content}
                </div>
              ) : (
                <NextLink href={bar.href} prefetch={false} data-tip={text} className={barStyle}>
                  <span className="sr-only">{text}</span>
                  {content}
                </NextLink>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** The parts of a bar, the first at the bottom; as high as the largest bar would be. */
function Column({
  bar,
  series,
  most,
}: Readonly<{ bar: LinkedBar; series: readonly Series[]; most: number }>) {
  const isLinked = bar.href === undefined;
  return (
    <svg
      aria-hidden={isLinked ? undefined : true}
      preserveAspectRatio="none"
      viewBox={`0 0 10 ${most}`}
      className="min-h-0 w-full flex-1 border-t border-b border-t-border/60 border-b-border"
    >
      {series.map(({ key, label, tone }, n) => {
        const value = bar.values[key] ?? 0;
        if (value === 0) return null;
        const upTo = totalOf(bar, series.slice(0, n + 1));
        const part = (
          <rect
            key={key}
            x="1.5"
            width="7"
            y={most - upTo}
            height={value}
            className={clsx(toneFill[tone], isLinked && "hover:opacity-75")}
          />
        );
        if (!isLinked) return part;
        const text = `${bar.label}: ${label} ${formatCount(value)}`;
        return (
          <NextLink
            key={key}
            href={hrefOf(bar, key)}
            prefetch={false}
            aria-label={text}
            data-tip={text}
          >
            {part}
          </NextLink>
        );
      })}
    </svg>
  );
}
