import clsx from "clsx";
import type { ReactNode } from "react";

const gaps = { sm: "gap-2", md: "gap-4", lg: "gap-6" } as const;
const grids = {
  2: "grid gap-4 md:grid-cols-2",
  3: "grid gap-4 sm:grid-cols-2 lg:grid-cols-3",
  4: "grid grid-cols-2 gap-3 lg:grid-cols-4",
  /** A wide column and a narrow one next to it. */
  main: "grid gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]",
} as const;

/** Items below each other. */
export function Stack({
  gap = "md",
  children,
}: Readonly<{ gap?: keyof typeof gaps | undefined; children: ReactNode }>) {
  return <div className={clsx("flex min-w-0 flex-col", gaps[gap])}>{children}</div>;
}

/** Items next to each other; they wrap. */
export function Row({
  gap = "sm",
  justify = "start",
  children,
}: Readonly<{
  gap?: keyof typeof gaps | undefined;
  justify?: "start" | "between" | "end" | undefined;
  children: ReactNode;
}>) {
  return (
    <div
      className={clsx(
        "flex min-w-0 flex-wrap items-center",
        gaps[gap],
        justify === "between" && "justify-between",
        justify === "end" && "justify-end",
      )}
    >
      {children}
    </div>
  );
}

/** Columns; fewer of them in narrow windows. */
export function Grid({
  columns,
  children,
}: Readonly<{ columns: keyof typeof grids; children: ReactNode }>) {
  return <div className={clsx("[&>*]:min-w-0", grids[columns])}>{children}</div>;
}

/** Text that is less important. */
export function Muted({ children }: Readonly<{ children: ReactNode }>) {
  return <span className="text-muted">{children}</span>;
}
