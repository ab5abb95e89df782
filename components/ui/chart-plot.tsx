"use client";

import {
  Area,
  AreaChart,
  Bar,
  BarChart,
  CartesianGrid,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { formatCount } from "@/lib/format/count";
import type { ChartProps, Series } from "./chart-types";
import type { Tone } from "./tone";

const colors: Readonly<Record<Tone, string>> = {
  valid: "var(--color-valid)",
  expiring: "var(--color-expiring)",
  expired: "var(--color-expired)",
  hold: "var(--color-hold)",
  revoked: "var(--color-revoked)",
  pending: "var(--color-pending)",
  denied: "var(--color-denied)",
  neutral: "var(--color-edge)",
  accent: "var(--color-accent)",
  danger: "var(--color-danger)",
};
const tick = { fill: "var(--color-muted)", fontSize: 11 } as const;
const margin = { top: 6, right: 6, bottom: 0, left: 0 } as const;

type Hover = Readonly<{
  active?: boolean;
  label?: string | number;
  payload?: readonly Readonly<{ dataKey?: unknown; value?: unknown }>[];
}>;

/** The drawing of a chart, loaded only on pages that have one. */
export function ChartPlot({
  series,
  points,
  kind,
}: Pick<ChartProps, "series" | "points" | "kind">) {
  const data = points.map(({ label, values }) => ({ label, ...values }));
  const axes = [
    <CartesianGrid key="grid" vertical={false} stroke="var(--color-border)" />,
    <XAxis key="x" dataKey="label" tick={tick} tickLine={false} axisLine={false} minTickGap={24} />,
    <YAxis
      key="y"
      tick={tick}
      tickLine={false}
      axisLine={false}
      width={44}
      allowDecimals={false}
      tickFormatter={formatCount}
    />,
    <Tooltip
      key="tip"
      isAnimationActive={false}
      cursor={{ fill: "var(--color-hover)", fillOpacity: 0.6, stroke: "none" }}
      content={(hover) => <HoverCard {...(hover as Hover)} series={series} />}
    />,
  ];
  return (
    <ResponsiveContainer width="100%" height="100%">
      {kind === "bar" ? (
        <BarChart data={data} margin={margin} barCategoryGap="22%" accessibilityLayer={false}>
          {axes}
          {series.map(({ key, tone }) => (
            <Bar
              key={key}
              dataKey={key}
              stackId="all"
              fill={colors[tone]}
              isAnimationActive={false}
              maxBarSize={36}
            />
          ))}
        </BarChart>
      ) : (
        <AreaChart data={data} margin={margin} accessibilityLayer={false}>
          {axes}
          {series.map(({ key, tone }) => (
            <Area
              key={key}
              dataKey={key}
              stackId="all"
              type="monotone"
              stroke={colors[tone]}
              strokeWidth={1.5}
              fill={colors[tone]}
              fillOpacity={0.22}
              isAnimationActive={false}
            />
          ))}
        </AreaChart>
      )}
    </ResponsiveContainer>
  );
}

function HoverCard({
  active,
  label,
  payload,
  series,
}: Hover & Readonly<{ series: readonly Series[] }>) {
  if (!active || !payload) return null;
  return (
    <div className="rounded-md border border-border bg-raised px-2.5 py-1.5 text-xs shadow-pop">
      <p className="font-medium">{label}</p>
      {series.map(({ key, label: name, tone }) => (
        <p key={key} className="flex items-center gap-1.5 text-muted">
          <svg aria-hidden className="size-2">
            <rect width="8" height="8" rx="2" fill={colors[tone]} />
          </svg>
          <span className="flex-1 pr-3">{name}</span>
          <span className="text-text">
            {formatCount(Number(payload.find((part) => part.dataKey === key)?.value ?? 0))}
          </span>
        </p>
      ))}
    </div>
  );
}
