"use client";

import { useEffect, useRef } from "react";
import { placeBeside } from "./place-beside";

/** The nearest element that carries a tip. */
function tipOf(target: EventTarget | null): HTMLElement | null {
  const found = target instanceof Element ? target.closest<HTMLElement>("[data-tip]") : null;
  return found?.dataset["tip"] ? found : null;
}

/**
 * One tooltip for the whole page. Any element with `data-tip="words"` gets it on pointing and on keyboard focus; Escape puts it
 * away. Render it once in the layout. One node instead of one per cell keeps tables of hundreds of times light.
 */
export function TooltipLayer() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const tip = box.current;
    if (!tip) return;
    let owner: HTMLElement | null = null,
      walking = false,
      timer: ReturnType<typeof setTimeout> | undefined;
    const hide = () => {
      clearTimeout(timer);
      if (owner?.getAttribute("aria-describedby") === tip.id)
        owner.removeAttribute("aria-describedby");
      owner = null;
      if (tip.matches(":popover-open")) tip.hidePopover();
    };
    const show = (target: HTMLElement, delay: number) => {
      if (owner === target) return;
      hide();
      owner = target;
      timer = setTimeout(() => {
        if (!target.isConnected || target.getAttribute("aria-expanded") === "true") return;
        tip.textContent = target.dataset["tip"] ?? "";
        tip.showPopover();
        placeBeside(tip, target.getBoundingClientRect());
        if (
          !target.hasAttribute("aria-describedby") &&
          target.getAttribute("aria-label") !== tip.textContent
        )
          target.setAttribute("aria-describedby", tip.id);
      }, delay);
    };
    const over = (event: PointerEvent) => {
      const target = event.pointerType === "touch" ? null : tipOf(event.target);
      if (target) show(target, 250);
      else if (owner && !owner.matches(":focus-visible")) hide();
    };
    // Only for somebody who walks with Tab or arrows: focus that a dialog moves by itself explains nothing.
    const focus = (event: FocusEvent) => {
      const target = tipOf(event.target);
      if (walking && target?.matches(":focus-visible")) show(target, 0);
    };
    const key = (event: KeyboardEvent) => {
      walking = /^(Tab|Arrow|Home|End)/.test(event.key);
      if (event.key === "Escape") hide();
    };
    const ends = new AbortController(),
      { signal } = ends;
    document.addEventListener("pointerover", over, { signal });
    document.addEventListener("focusin", focus, { signal });
    for (const name of ["focusout", "pointerdown", "scroll"])
      document.addEventListener(name, hide, { signal, capture: true });
    document.addEventListener("keydown", key, { signal, capture: true });
    return () => {
      hide();
      ends.abort();
    };
  }, []);
  return (
    <div
      ref={box}
      id="tip"
      role="tooltip"
      popover="manual"
      className="pointer-events-none fixed inset-auto m-0 max-w-80 rounded-md border border-border bg-raised px-2 py-1 text-xs whitespace-pre-line text-text shadow-pop"
    />
  );
}
