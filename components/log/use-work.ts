"use client";

import { useEffect, useState } from "react";
import type { WorkView } from "@/lib/log/types-of-proof";

const LOOK_EVERY_MS = 700;

/** Follows long work until it has ended, then calls `onEnd` once. Null while nothing is known of it. */
export function useWork(id: string | null, onEnd: () => void): WorkView | null {
  const [work, setWork] = useState<WorkView | null>(null);
  useEffect(() => {
    if (id === null) return;
    let current = true,
      timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      const found = await readWork(id);
      if (!current) return;
      if (found !== null && found !== "unknown") setWork(found);
      if (found === "unknown" || found?.endedAt) onEnd();
      else
        timer = setTimeout(() => {
          void look();
        }, LOOK_EVERY_MS);
    };
    void look();
    return () => {
      current = false;
      clearTimeout(timer);
    };
    // oxlint-disable-next-line react/exhaustive-deps -- a new closure of the caller is no reason to begin again
  }, [id]);
  return work?.id === id ? work : null;
}

/** Null where no answer came; "unknown" if there is no such work (any more). */
async function readWork(id: string): Promise<WorkView | "unknown" | null> {
  const response = await fetch(`/audit/work/${encodeURIComponent(id)}`, {
    cache: "no-store",
  }).catch(() => null);
  if (response?.status === 404) return "unknown";
  return response?.ok ? ((await response.json().catch(() => null)) as WorkView | null) : null;
}
