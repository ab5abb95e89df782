"use client";

import { usePathname } from "next/navigation";
import { useEffect, useRef, useState } from "react";

export type OpenAlerts = Readonly<{
  open: number;
  /** The newest open alert's id, to detect a new one even if another was resolved. */ newest:
    | string
    | null;
}>;

const pollEveryMs = 15_000;

/**
 * The number of open alerts, polled while the page is visible. Starts with the number that the
 * server rendered, and follows later renders.
 */
export function useOpenAlerts(first: OpenAlerts): OpenAlerts {
  const path = usePathname();
  const [now, setNow] = useState(first);
  const [rendered, setRendered] = useState(first),
    polledFor = useRef(path);
  if (rendered.open !== first.open || rendered.newest !== first.newest) {
    setRendered(first);
    setNow(first);
  }
  useEffect(() => {
    const poll = () => {
      if (document.visibilityState === "visible")
        void readOpen().then((found) => {
          if (found !== null) setNow(found);
        });
    };
    const timer = setInterval(poll, pollEveryMs);
    if (polledFor.current !== path) poll();
    polledFor.current = path;
    document.addEventListener("visibilitychange", poll);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", poll);
    };
  }, [path]);
  return now;
}

async function readOpen(): Promise<OpenAlerts | null> {
  const response = await fetch("/alerts/open", { cache: "no-store" }).catch(() => null);
  if (!response?.ok) return null;
  const value: unknown = await response.json().catch(() => null);
  return typeof value === "object" &&
    value !== null &&
    "open" in value &&
    typeof value.open === "number"
    ? (value as OpenAlerts)
    : null;
}
