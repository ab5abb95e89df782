import type { Tone } from "./tone";

export type Series = Readonly<{ key: string; label: string; tone: Tone }>;
/** One point on the axis: its label and a value for each series. */
export type Point = Readonly<{ label: string; values: Readonly<Record<string, number>> }>;

export type ChartProps = Readonly<{
  /** What the chart shows, for screen readers. */
  label: string;
  series: readonly Series[];
  points: readonly Point[];
  /** What a point is, such as "Day". Heads the first column of the table view. */
  pointLabel: string;
  kind: "bar" | "area";
}>;
