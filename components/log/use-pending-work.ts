"use client";

import { useCallback, useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
const subscribe = (watcher: () => void) => {
  listeners.add(watcher);
  return () => {
    listeners.delete(watcher);
  };
};

/**
 * Work that was requested in this tab and hasn't finished, so that its progress is still shown
 * after leaving the page and coming back.
 */
export function usePendingWork(
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
      for (const watcher of listeners) watcher();
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
