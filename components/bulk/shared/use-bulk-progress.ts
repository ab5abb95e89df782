"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import type { BulkDto } from "@/lib/bulk/schema";

const pollEveryMs = 1_000;

/** How far it is now; null if that can't be read at the moment. */
const readProgress = (id: string): Promise<BulkDto | null> =>
  fetch(`/certificates/bulk/${id}/progress`)
    .then(async (response) => (response.ok ? ((await response.json()) as BulkDto) : null))
    .catch(() => null);

/** Waits until a bulk action has ended, at most so long; returns it as it is then. */
export async function awaitBulk(started: BulkDto, patienceMs: number): Promise<BulkDto> {
  let latest = started;
  for (const end = Date.now() + patienceMs; Date.now() < end && latest.status === "running";) {
    await new Promise((done) => setTimeout(done, quickPollMs));
    latest = (await readProgress(started.id)) ?? latest;
  }
  return latest;
}
const quickPollMs = 250;

/** Polls while it is running; once it has ended, the page is read again with its report. */
export function useBulkProgress(initial: BulkDto): BulkDto {
  const [polled, setPolled] = useState<BulkDto | null>(null);
  const router = useRouter();
  const isRunning = (polled ?? initial).status === "running" && initial.status === "running";
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(() => {
      void readProgress(initial.id).then((next) => {
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
