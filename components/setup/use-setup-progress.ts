"use client";

import { useEffect, useState } from "react";
import { z } from "zod";

const progressAnswer = z.object({
  root: z.boolean(),
  issuing: z.boolean(),
  profiles: z.boolean(),
  done: z.boolean(),
});
export type SetupProgress = z.infer<typeof progressAnswer>;

const intervalMs = 500;
const noProgress: SetupProgress = { root: false, issuing: false, profiles: false, done: false };

/** The progress of setup while it runs. A failed request is repeated. */
export function useSetupProgress(running: boolean, token: string): SetupProgress {
  const [progress, setProgress] = useState<SetupProgress>(noProgress);
  useEffect(() => {
    if (!running) return;
    const poll = async () => {
      const answer = await fetch("/setup/progress", {
        headers: { "x-setup-token": token },
        cache: "no-store",
      });
      const parsed = progressAnswer.safeParse(await answer.json());
      if (parsed.success) setProgress(parsed.data);
    };
    const timer = setInterval(() => {
      void poll().catch(() => undefined);
    }, intervalMs);
    return () => {
      clearInterval(timer);
    };
  }, [running, token]);
  return progress;
}
