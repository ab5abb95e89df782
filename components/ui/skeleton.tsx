import clsx from "clsx";

const widths = { short: "w-16", medium: "w-32", long: "w-56", full: "w-full" } as const;
const heights = {
  text: "h-3.5",
  title: "h-6",
  control: "h-8",
  chart: "h-56",
  card: "h-84",
  stat: "h-24",
  histogram: "h-44",
} as const;

/** A gray bar in place of content that is loading. */
export function Skeleton({
  width = "full",
  height = "text",
}: Readonly<{
  width?: keyof typeof widths | undefined;
  height?: keyof typeof heights | undefined;
}>) {
  return (
    <span
      aria-hidden
      className={clsx(
        "block max-w-full rounded-md bg-hover breathe",
        widths[width],
        heights[height],
      )}
    />
  );
}

/** The outline of a table while it loads. */
export function TableSkeleton({
  rows = 8,
  label = "Loading…",
}: Readonly<{ rows?: number | undefined; label?: string | undefined }>) {
  return (
    <div role="status" aria-label={label} className="rounded-lg border border-border bg-raised">
      <div className="border-b border-border px-4 py-2.5">
        <Skeleton width="medium" />
      </div>
      {Array.from({ length: rows }, (_, row) => (
        <div
          key={row}
          className="flex h-11 items-center gap-6 border-b border-border px-4 last:border-b-0"
        >
          <Skeleton width="long" />
          <Skeleton width="short" />
          <Skeleton width="medium" />
        </div>
      ))}
    </div>
  );
}

/** The outline of a page header while it loads. */
export function PageHeaderSkeleton() {
  return (
    <div aria-hidden className="flex flex-col gap-2 pb-5">
      <Skeleton width="medium" height="title" />
      <Skeleton width="long" />
    </div>
  );
}
