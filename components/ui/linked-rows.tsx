"use client";

import NextLink from "next/link";
import { useState } from "react";
import { formatCount } from "@/lib/format/count";
import type { Series } from "./chart-types";
import { Link } from "./link";
import type { LinkedBar } from "./linked-bars";
import { SeriesLegend } from "./series-legend";
import { SeriesTable } from "./series-table";
import { toneFill } from "./tone";

type LinkedRow = Omit<LinkedBar, "short" | "hrefs" | "href"> & Readonly<{ href: string }>;

type Props = Readonly<{
  /** What the chart shows, for screen readers. */
  label: string;
  /** What a row is, such as "Service". Heads the first column of the table view. */
  pointLabel: string;
  series: readonly Series[];
  rows: readonly LinkedRow[];
}>;

const totalOf = ({ values }: LinkedRow, series: readonly Series[]): number =>
  series.reduce((sum, { key }) => sum + (values[key] ?? 0), 0);

/**
 * Horizontal bars of stacked parts, for names of any length; each row is a link. A button switches to
 * the same numbers as a table.
 */
export function LinkedRows({ label, pointLabel, series, rows }: Props) {
  const [asTable, setAsTable] = useState(false);
  const most = Math.max(1, ...rows.map((row) => totalOf(row, series)));
  return (
    <figure className="flex min-w-0 flex-col gap-2">
      <SeriesLegend series={series} asTable={asTable} onChange={setAsTable} />
      {asTable ? (
        <SeriesTable
          series={series}
          points={rows}
          pointLabel={pointLabel}
          cell={(row, { label: name }, text) => (
            <Link href={row.href} aria-label={`${text}: ${name}, ${row.label}`}>
              {text}
            </Link>
          )}
        />
      ) : (
        <ul aria-label={label} className="flex flex-col gap-1">
          {rows.map((row) => (
            <li key={row.label}>
              <Row row={row} series={series} most={most} />
            </li>
          ))}
        </ul>
      )}
    </figure>
  );
}

function Row({
  row,
  series,
  most,
}: Readonly<{ row: LinkedRow; series: readonly Series[]; most: number }>) {
  const { label, href, values } = row;
  const parts = series.map(({ key, label: name }) => `${name}: ${formatCount(values[key] ?? 0)}`);
  return (
    <NextLink
      href={href}
      prefetch={false}
      scroll={false}
      data-tip={parts.join("\n")}
      className="block rounded-sm px-1 py-1 text-sm hover:bg-hover"
    >
      <span className="flex items-baseline justify-between gap-3">
        <span className="min-w-0 truncate">{label}</span>
        <span className="shrink-0 text-xs text-muted">
          {formatCount(totalOf(row, series))}
          <span className="sr-only"> ({parts.join(", ")})</span>
        </span>
      </span>
      <svg
        aria-hidden
        viewBox={`0 0 ${most} 4`}
        preserveAspectRatio="none"
        className="mt-1 block h-1.5 w-full overflow-hidden rounded-full bg-hover"
      >
        {series.map(({ key, tone }, n) => (
          <rect
            key={key}
            x={totalOf(row, series.slice(0, n))}
            width={values[key] ?? 0}
            height="4"
            className={toneFill[tone]}
          />
        ))}
      </svg>
    </NextLink>
  );
}
