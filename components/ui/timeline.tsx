import clsx from "clsx";
import type { ReactNode } from "react";
import { toneText, type Tone } from "./tone";

export type TimelineItem = Readonly<{
  id: string;
  title: ReactNode;
  at: ReactNode;
  tone?: Tone | undefined;
  icon?: ReactNode;
  children?: ReactNode;
  aside?: ReactNode;
}>;

/** Events in order. */
export function Timeline({
  items,
  label,
}: Readonly<{ items: readonly TimelineItem[]; label: string }>) {
  return (
    <ol aria-label={label} className="flex flex-col">
      {items.map(({ id, title, at, tone = "neutral", icon, children, aside }, index) => (
        <li key={id} className="@container relative flex gap-3 pb-4 last:pb-0">
          {index < items.length - 1 && (
            <span aria-hidden className="absolute top-6 bottom-0 left-[0.6875rem] w-px bg-border" />
          )}
          <span
            className={clsx(
              "z-1 mt-px grid size-[1.375rem] shrink-0 place-items-center rounded-full border border-border bg-raised [&_svg]:size-3",
              toneText[tone],
            )}
          >
            {icon ?? <span className="size-1.5 rounded-full bg-current" />}
          </span>
          <div className="min-w-0 flex-1 text-sm">
            <div className="flex flex-wrap items-baseline justify-between gap-x-4 @md:flex-nowrap">
              <div className="min-w-0 break-words">{title}</div>
              <div className="shrink-0 text-xs text-muted">{at}</div>
            </div>
            {children && <div className="mt-0.5 text-xs break-words text-muted">{children}</div>}
            {aside}
          </div>
        </li>
      ))}
    </ol>
  );
}
