"use client";

import { useEffect, useRef, useState } from "react";
import type { WorkView } from "@/lib/log/view-types";

const pollEveryMs = 700;

/**
 * Polls long-running work until it has finished, then calls `onEnd` once. Null until the first
 * response.
 */
export function useWork(id: string | null, onEnd: () => void): WorkView | null {
  const [work, setWork] = useState<WorkView | null>(null);
  // A new callback must not restart the polling.
  const latestOnEnd = useRef(onEnd);
  useEffect(() => {
    latestOnEnd.current = onEnd;
  }, [onEnd]);
  useEffect(() => {
    if (id === null) return;
    let current = true,
      timer: ReturnType<typeof setTimeout> | undefined;
    const poll = async () => {
      const response = await readWork(id);
      if (!current) return;
      if (response !== null && response !== "unknown") setWork(response);
      if (response === "unknown" || response?.endedAt) latestOnEnd.current();
      else
        timer = setTimeout(() => {
          void poll();
        }, pollEveryMs);
    };
    void poll();
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [id]);
  return work?.id === id ? work : null;
}

/** Null if there was no response; "unknown" if the work doesn't exist (anymore). */
async function readWork(id: string): Promise<WorkView | "unknown" | null> {
  const response = await fetch(`/audit/work/${encodeURIComponent(id)}`, {
    cache: "no-store",
  }).catch(() => null);
  if (response?.status === 404) return "unknown";
  return response?.ok ? ((await response.json().catch(() => null)) as WorkView | null) : null;
}
