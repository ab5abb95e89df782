"use client";

import clsx from "clsx";
import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useRef,
  useState,
} from "react";
import { InRow } from "./in-row";

const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 };

const isTyping = (target: EventTarget): boolean =>
  target instanceof Element && target.matches("input:not([type=checkbox]), textarea, select");

/** Clicks the checkbox of the row, if rows can be selected; with Shift as a click with Shift. */
function toggleRow(row: Element, shiftKey: boolean): void {
  row
    .querySelector("[data-row-check]")
    ?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey }));
}

/** Whether the table in the frame is wider than the frame, whatever its texts are. */
function useOverflow(frame: RefObject<HTMLElement | null>): boolean {
  const [overflows, setOverflows] = useState(false);
  useEffect(() => {
    const section = frame.current;
    const table = section?.querySelector("table");
    if (!section || !table) return;
    const observer = new ResizeObserver(() => {
      setOverflows(table.offsetWidth > section.offsetWidth);
    });
    observer.observe(section);
    observer.observe(table);
    return () => {
      observer.disconnect();
    };
  }, [frame]);
  return overflows;
}

/**
 * The frame of a table: scrolls sideways in narrow windows, moves between rows with the arrow keys
 * or j and k, and selects a row with x.
 */
export function TableKeys({
  label,
  framed,
  scrolls = false,
  children,
}: Readonly<{
  label: string;
  framed: boolean;
  /**
   * Scrolls in wide windows too, as a table does that is wider than its frame: within the height of the
   * window, so that the head stays.
   */
  scrolls?: boolean;
  children: ReactNode;
}>) {
  const frame = useRef<HTMLElement>(null);
  const overflows = useOverflow(frame);
  const moveFocus = (event: KeyboardEvent<HTMLElement>) => {
    const step = steps[event.key];
    const row = event.target instanceof Element ? event.target.closest("tr") : null;
    if (row === null || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.toLowerCase() === "x" && !isTyping(event.target)) {
      toggleRow(row, event.shiftKey);
      return;
    }
    if (step === undefined) return;
    const links = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-row-link]")];
    const next = links[links.findIndex((link) => row.contains(link)) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };
  return (
    // Key events of the rows bubble up to the section.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      ref={frame}
      aria-label={label}
      // The box scrolls sideways in narrow windows, so the keyboard must be able to reach it.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onKeyDown={moveFocus}
      className={clsx(
        // Positioned, or what is there for screen readers alone would widen the page.
        "@container relative",
        scrolls || overflows
          ? "overflow-x-auto lg:max-h-[85dvh] lg:overflow-y-auto print:max-h-none"
          : "max-xl:overflow-x-auto",
        "outline-offset-0",
        framed && "rounded-lg border border-border bg-raised shadow-card",
      )}
    >
      <InRow value>{children}</InRow>
    </section>
  );
}
