"use client";

import clsx from "clsx";
import type { KeyboardEvent, ReactNode } from "react";

const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 };

/** The frame of a table: scrolls sideways on narrow windows, and walks its rows by arrow keys (or j and k). */
export function TableKeys({
  label,
  framed,
  children,
}: Readonly<{ label: string; framed: boolean; children: ReactNode }>) {
  const walk = (event: KeyboardEvent<HTMLElement>) => {
    const by = steps[event.key];
    const here = event.target instanceof Element ? event.target.closest("tr") : null;
    if (by === undefined || here === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const links = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-row-link]")];
    const next = links[links.findIndex((link) => here.contains(link)) + by];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };
  return (
    // The box scrolls sideways on narrow windows, so the keyboard has to reach it; keys on rows bubble here.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions
    <section
      aria-label={label}
      tabIndex={0}
      onKeyDown={walk}
      className={clsx(
        "max-lg:overflow-x-auto outline-offset-0",
        framed && "rounded-lg border border-border bg-raised shadow-card",
      )}
    >
      {children}
    </section>
  );
}
