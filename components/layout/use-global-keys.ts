"use client";

import { usePathname, useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
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

/** Whether the page has the focus, and nothing on it. */
const isOnPage = (target: EventTarget | null): boolean =>
  target === document.body || (target instanceof Element && target.id === "content");

function focusFirstRow(): boolean {
  const links = document.querySelectorAll<HTMLElement>("#content [data-row-link]");
  const first = [...links].find((link) => link.getClientRects().length > 0);
  first?.focus();
  return first !== undefined;
}

/** Runs a shortcut of one key. False if there is none, or nothing for it on the page. */
function runShortcut({ key, target }: KeyboardEvent): boolean {
  if (key === "?") sendSignal("keys");
  if (key === "/") return focusSearch();
  if (key === "j" || key === "k") return isOnPage(target) && focusFirstRow();
  return key === "?";
}

/**
 * Gives a page that was reached by a shortcut or a command the focus, so that Tab, j and a screen
 * reader begin at its top. What has the focus keeps it, such as a link of the sidebar.
 */
function useFocusOnArrival(): void {
  const path = usePathname();
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    if (document.activeElement === null || document.activeElement === document.body)
      document.querySelector<HTMLElement>("#content")?.focus({ preventScroll: true });
  }, [path]);
}

/**
 * The shortcuts that work everywhere: Ctrl or ⌘ K, `/`, `?`, g followed by a letter, and j or k to
 * the first row while nothing on the page has the focus. Ignored while the user types or a dialog is
 * open.
 */
export function useGlobalKeys(groups: readonly NavGroup[]): void {
  const router = useRouter();
  useFocusOnArrival();
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
          if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
          router.push(item.href);
        });
        return;
      }
      if (event.key === "g") prefixPressedAt = event.timeStamp;
      if (runShortcut(event)) event.preventDefault();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => {
      document.removeEventListener("keydown", onKeyDown);
    };
  }, [groups, router]);
}
