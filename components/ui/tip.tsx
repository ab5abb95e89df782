import type { ReactNode } from "react";

/** Words with an explanation on pointing and focus. The explanation is text; put what is essential in the page itself. */
export function Tip({ text, children }: Readonly<{ text: string; children: ReactNode }>) {
  return (
    // A tooltip has to be reachable by keyboard (WCAG 1.4.13), so its owner takes focus.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <span
      tabIndex={0}
      data-tip={text}
      className="cursor-help rounded-sm underline decoration-edge decoration-dotted underline-offset-3"
    >
      {children}
    </span>
  );
}
