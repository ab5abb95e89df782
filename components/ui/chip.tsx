import { X } from "lucide-react";
import clsx from "clsx";
import NextLink from "next/link";
import type { ReactNode } from "react";

const shape =
  "inline-flex h-7 items-center gap-1.5 rounded-full border px-2.5 text-xs whitespace-nowrap pointer-coarse:h-9";

/** An active filter: its name, its value, and a link to the list without it. */
export function FilterChip({
  label,
  value,
  removeHref,
}: Readonly<{ label: string; value: string; removeHref: string }>) {
  return (
    <span className={clsx(shape, "max-w-full border-accent/40 bg-accent-soft pr-1")}>
      <span className="text-muted">{label}</span>
      <span className="truncate font-medium">{value}</span>
      <NextLink
        href={removeHref}
        prefetch={false}
        scroll={false}
        aria-label={`Remove filter ${label} ${value}`}
        className="grid size-5 place-items-center rounded-full text-muted hover:bg-hover hover:text-text"
      >
        <X aria-hidden className="size-3.5" />
      </NextLink>
    </span>
  );
}

/**
 * A filter to switch on with one click, such as a state with its count. `active` marks the filter
 * that the list uses now.
 */
export function ChipLink({
  href,
  active = false,
  count,
  icon,
  children,
}: Readonly<{
  href: string;
  active?: boolean | undefined;
  count?: string | undefined;
  icon?: ReactNode;
  children: ReactNode;
}>) {
  return (
    <NextLink
      href={href}
      prefetch={false}
      scroll={false}
      aria-current={active ? "true" : undefined}
      className={clsx(
        shape,
        "[&_svg]:size-3.5",
        active
          ? "border-accent bg-accent-soft font-medium text-text"
          : "border-border bg-raised text-muted hover:border-edge hover:text-text",
      )}
    >
      {icon}
      {children}
      {count !== undefined && <span className="text-muted">{count}</span>}
    </NextLink>
  );
}

/** A row of chips that wraps; on phones it scrolls, so that the list begins further up. */
export function ChipRow({ label, children }: Readonly<{ label: string; children: ReactNode }>) {
  return (
    <div
      role="group"
      aria-label={label}
      className="flex items-center gap-1.5 max-sm:w-full max-sm:overflow-x-auto max-sm:py-0.5 max-sm:[scrollbar-width:none] sm:flex-wrap max-sm:*:shrink-0"
    >
      {children}
    </div>
  );
}
