"use client";

import { useCallback, useSyncExternalStore } from "react";

const watchers = new Set<() => void>();
const subscribe = (watcher: () => void) => {
  watchers.add(watcher);
  return () => {
    watchers.delete(watcher);
  };
};

/** The work that was asked for in this tab and has not ended yet: whoever leaves the page and comes back sees it go on. */
export function useAsked(
  kind: "verification" | "drill",
): readonly [id: string | null, set: (id: string | null) => void] {
  const key = `chancery-asked ${kind}`;
  const id = useSyncExternalStore(
    subscribe,
    () => readSession(key),
    () => null,
  );
  const set = useCallback(
    (next: string | null) => {
      if (next === null) window.sessionStorage.removeItem(key);
      else window.sessionStorage.setItem(key, next);
      for (const watcher of watchers) watcher();
    },
    [key],
  );
  return [id, set];
}

function readSession(key: string): string | null {
  try {
    return window.sessionStorage.getItem(key);
  } catch {
    return null;
  }
}
