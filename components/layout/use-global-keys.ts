"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { leave } from "./leave-guard";
import { sendSignal } from "./open-signals";
import type { NavGroup } from "./nav-items";

/** How soon the letter must follow g. */
const letterMs = 1200;

const isTextControl = (target: EventTarget | null) =>
  target instanceof Element &&
  target.closest(
    "input:not([type=checkbox],[type=radio]), textarea, select, [contenteditable=true]",
  ) !== null;
const isPaletteShortcut = (event: KeyboardEvent) =>
  (event.ctrlKey || event.metaKey) &&
  !event.shiftKey &&
  !event.altKey &&
  event.key.toLowerCase() === "k";
const isOverlayOpen = () =>
  document.querySelector("[role=dialog], [role=alertdialog], [role=menu]") !== null;

function focusSearch(): boolean {
  const box = document.querySelector<HTMLInputElement>("[data-search]");
  box?.focus();
  box?.select();
  return box !== null;
}

/**
 * The shortcuts that work everywhere: Ctrl or ⌘ K, `/`, `?`, and g followed by a letter. Ignored
 * while the user types or a dialog is open.
 */
export function useGlobalKeys(groups: readonly NavGroup[]): void {
  const router = useRouter();
  useEffect(() => {
    let prefixPressedAt = Number.NEGATIVE_INFINITY;
    const itemForKey = (key: string) =>
      groups.flatMap((group) => group.items).find((item) => item.key === key);
    const onKeyDown = (event: KeyboardEvent) => {
      if (isPaletteShortcut(event)) {
        event.preventDefault();
        sendSignal("palette");
        return;
      }
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        isTextControl(event.target) ||
        isOverlayOpen()
      )
        return;
      const item = event.timeStamp - prefixPressedAt < letterMs ? itemForKey(event.key) : undefined;
      prefixPressedAt = Number.NEGATIVE_INFINITY;
      if (item) {
        event.preventDefault();
        leave(() => {
          router.push(item.href);
        });
        return;
      }
      if (event.key === "g") prefixPressedAt = event.timeStamp;
      if (event.key === "?") {
        event.preventDefault();
        sendSignal("keys");
      }
      if (event.key === "/" && focusSearch()) event.preventDefault();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => {
      document.removeEventListener("keydown", onKeyDown);
    };
  }, [groups, router]);
}
