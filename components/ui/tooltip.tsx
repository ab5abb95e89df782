"use client";

import { useEffect, useRef } from "react";

/** The nearest ancestor with a tooltip. */
function tipOf(target: EventTarget | null): HTMLElement | null {
  const element = target instanceof Element ? target.closest<HTMLElement>("[data-tip]") : null;
  return element?.dataset["tip"] ? element : null;
}

/**
 * One tooltip for the whole page. Any element with `data-tip="text"` gets it on hover and on keyboard
 * focus; Escape hides it. Render it once in the layout. A single node keeps tables with hundreds of
 * times light.
 */
export function TooltipLayer() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const tip = box.current;
    if (!tip) return;
    let owner: HTMLElement | null = null;
    let usingKeyboard = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
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
        positionTooltip(tip, target.getBoundingClientRect());
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
    // Only for keyboard navigation: focus that a dialog moves must not open a tooltip.
    const focus = (event: FocusEvent) => {
      const target = tipOf(event.target);
      if (usingKeyboard && target?.matches(":focus-visible")) show(target, 0);
    };
    const key = (event: KeyboardEvent) => {
      usingKeyboard = /^(Tab|Arrow|Home|End)/.test(event.key);
      if (event.key === "Escape") hide();
    };
    const listeners = new AbortController();
    const { signal } = listeners;
    document.addEventListener("pointerover", over, { signal });
    document.addEventListener("focusin", focus, { signal });
    for (const name of ["focusout", "pointerdown", "scroll"])
      document.addEventListener(name, hide, { signal, capture: true });
    document.addEventListener("keydown", key, { signal, capture: true });
    return () => {
      hide();
      listeners.abort();
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

const gapPx = 6;
const edgePx = 8;

/** Places the box below its anchor, or above it where there is no room, inside the window. */
function positionTooltip(box: HTMLElement, anchor: DOMRect): void {
  const { width, height } = box.getBoundingClientRect();
  const below = anchor.bottom + gapPx;
  const top = below + height + edgePx > window.innerHeight ? anchor.top - gapPx - height : below;
  const left = Math.min(
    Math.max(edgePx, anchor.left + anchor.width / 2 - width / 2),
    window.innerWidth - width - edgePx,
  );
  box.style.top = `${Math.max(edgePx, top)}px`;
  box.style.left = `${left}px`;
}
