import clsx from "clsx";
import type { ReactNode } from "react";

type Props = Readonly<{
  title?: string | undefined;
  description?: ReactNode;
  /** Right of the title: a link, a small button. */
  aside?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
  /** flush: the content touches the edges (tables). */
  padding?: "normal" | "flush" | undefined;
  level?: 2 | 3 | undefined;
}>;

/** A raised area with an optional title. */
export function Card({
  title,
  description,
  aside,
  children,
  footer,
  padding = "normal",
  level = 2,
}: Props) {
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <section className="flex min-w-0 flex-col rounded-lg border border-border bg-raised shadow-card">
      {(title || aside) && (
        <header
          className={clsx(
            "flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 px-4 pt-3",
            padding === "flush" && "pb-3",
          )}
        >
          <div className="min-w-0">
            {title && <Heading className="text-base font-semibold">{title}</Heading>}
            {description && <p className="text-xs text-muted">{description}</p>}
          </div>
          {aside && <div className="text-xs">{aside}</div>}
        </header>
      )}
      {children !== undefined && (
        <div className={clsx("min-w-0 flex-1", padding !== "flush" && "px-4 py-3")}>{children}</div>
      )}
      {footer && (
        <footer className="border-t border-border px-4 py-2.5 text-xs text-muted">{footer}</footer>
      )}
    </section>
  );
}

type StatProps = Readonly<{
  label: string;
  value: string;
  hint?: ReactNode;
  icon?: ReactNode;
  href?: string | undefined;
  children?: ReactNode;
}>;

/** One number with its label. Wrap several in a grid. */
export function Stat({ label, value, hint, icon, children }: Omit<StatProps, "href">) {
  return (
    <div className="min-w-0 rounded-lg border border-border bg-raised px-4 py-3 shadow-card">
      <div className="flex items-center gap-1.5 text-xs text-muted [&_svg]:size-3.5">
        {icon}
        {label}
      </div>
      <div className="mt-1 text-2xl font-semibold tracking-tight">{value}</div>
      {hint && <div className="text-xs text-muted">{hint}</div>}
      {children}
    </div>
  );
}
