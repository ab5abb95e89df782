import type { ReactNode } from "react";

type Props = Readonly<{
  /** Its name for screen readers. */
  label: string;
  /** Its size, and the direction in which it scrolls. */
  className: string;
  children: ReactNode;
}>;

/** A framed box that scrolls, and that the keyboard reaches. */
export function ScrollBox({ label, className, children }: Props) {
  return (
    <section
      aria-label={label}
      // A scrolling box must be reachable by keyboard (axe scrollable-region-focusable).
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className={`relative rounded-md border border-border ${className}`}
    >
      {children}
    </section>
  );
}
