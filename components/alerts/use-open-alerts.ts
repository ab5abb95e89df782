"use client";

import { usePathname } from "next/navigation";
import { useEffect, useRef, useState } from "react";

export type OpenAlerts = Readonly<{
  open: number;
  /** The newest open alert's id, so that a new one is noticed where another was resolved. */ newest:
    | string
    | null;
}>;

const LOOK_EVERY_MS = 15_000;

/** How many alerts are open, looked at while the page is seen. It starts with what the server drew, and follows what it draws later. */
export function useOpenAlerts(first: OpenAlerts): OpenAlerts {
  const path = usePathname();
  const [now, setNow] = useState(first);
  const [drawn, setDrawn] = useState(first),
    drawnFor = useRef(path);
  if (drawn.open !== first.open || drawn.newest !== first.newest) {
    setDrawn(first);
    setNow(first);
  }
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === "visible")
        void readOpen().then((found) => {
          if (found !== null) setNow(found);
        });
    };
    const timer = setInterval(look, LOOK_EVERY_MS);
    if (drawnFor.current !== path) look();
    drawnFor.current = path;
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [path]);
  return now;
}

async function readOpen(): Promise<OpenAlerts | null> {
  const response = await fetch("/alerts/open", { cache: "no-store" }).catch(() => null);
  if (!response?.ok) return null;
  const found: unknown = await response.json().catch(() => null);
  return typeof found === "object" &&
    found !== null &&
    "open" in found &&
    typeof found.open === "number"
    ? (found as OpenAlerts)
    : null;
}
