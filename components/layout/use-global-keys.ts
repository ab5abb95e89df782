"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { sendSignal } from "./open-signals";
import type { PlaceGroup } from "./places";

/** How long after g the letter may come. */
const letterMs = 1200;

const typesText = (target: EventTarget | null) =>
  target instanceof Element &&
  target.closest(
    "input:not([type=checkbox],[type=radio]), textarea, select, [contenteditable=true]",
  ) !== null;
const opensPalette = (event: KeyboardEvent) =>
  (event.ctrlKey || event.metaKey) &&
  !event.shiftKey &&
  !event.altKey &&
  event.key.toLowerCase() === "k";
const overlayOpen = () =>
  document.querySelector("[role=dialog], [role=alertdialog], [role=menu]") !== null;

function focusSearch(): boolean {
  const box = document.querySelector<HTMLInputElement>("[data-search]");
  box?.focus();
  box?.select();
  return box !== null;
}

/** The keys that work everywhere: Ctrl or ⌘ K, `/`, `?`, and g with a letter. They rest while somebody types or a dialog is open. */
export function useGlobalKeys(groups: readonly PlaceGroup[]): void {
  const router = useRouter();
  useEffect(() => {
    let waitingSince = 0;
    const letter = (key: string) =>
      groups.flatMap((group) => group.places).find((place) => place.key === key);
    const press = (event: KeyboardEvent) => {
      if (opensPalette(event)) {
        event.preventDefault();
        sendSignal("palette");
        return;
      }
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        typesText(event.target) ||
        overlayOpen()
      )
        return;
      const place = event.timeStamp - waitingSince < letterMs ? letter(event.key) : undefined;
      waitingSince = 0;
      if (place) {
        event.preventDefault();
        router.push(place.href);
        return;
      }
      if (event.key === "g") waitingSince = event.timeStamp;
      if (event.key === "?") {
        event.preventDefault();
        sendSignal("keys");
      }
      if (event.key === "/" && focusSearch()) event.preventDefault();
    };
    document.addEventListener("keydown", press);
    return () => {
      document.removeEventListener("keydown", press);
    };
  }, [groups, router]);
}
