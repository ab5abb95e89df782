"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import type { BulkDto } from "@/lib/bulk/schema";

const pollEveryMs = 1_000;

/** Polls while it is running; once it has ended, the page is read again with its report. */
export function useBulkProgress(initial: BulkDto): BulkDto {
  const [polled, setPolled] = useState<BulkDto | null>(null);
  const router = useRouter();
  const isRunning = (polled ?? initial).status === "running" && initial.status === "running";
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(() => {
      void fetch(`/certificates/bulk/${initial.id}/progress`)
        .then(async (response) => (response.ok ? ((await response.json()) as BulkDto) : null))
        .catch(() => null)
        .then((next) => {
          if (next === null) return;
          setPolled(next);
          if (next.status !== "running") router.refresh();
        });
    }, pollEveryMs);
    return () => {
      clearInterval(timer);
    };
  }, [isRunning, initial.id, router]);
  return initial.status === "running" ? (polled ?? initial) : initial;
}
