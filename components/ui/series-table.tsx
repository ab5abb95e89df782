import type { ReactNode } from "react";
import { formatCount } from "@/lib/format/count";
import type { Point, Series } from "./chart-types";

type Props<P extends Point> = Readonly<{
  series: readonly Series[];
  points: readonly P[];
  /** What a point is, such as "Day". Heads the first column. */
  pointLabel: string;
  /** What a cell shows; the number alone by default. */
  cell?: (point: P, series: Series, text: string) => ReactNode;
}>;

/** The numbers of a chart: a row for each point, a column for each series. */
export function SeriesTable<P extends Point>({ series, points, pointLabel, cell }: Props<P>) {
  return (
    <table className="w-full text-xs">
      <thead className="sticky top-0 bg-sunken text-left text-muted">
        <tr>
          <th scope="col" className="px-3 py-1.5 font-medium">
            {pointLabel}
          </th>
          {series.map(({ key, label }) => (
            <th key={key} scope="col" className="px-3 py-1.5 text-right font-medium">
              {label}
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
            {series.map((one) => {
              const text = formatCount(point.values[one.key] ?? 0);
              return (
                <td key={one.key} className="px-3 py-1 text-right">
                  {cell?.(point, one, text) ?? text}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
