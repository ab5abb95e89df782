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

const everyMs = 500;
const nothing: SetupProgress = { root: false, issuing: false, profiles: false, done: false };

/** How far the setup is while it runs. A question that fails is asked again. */
export function useSetupProgress(running: boolean, token: string): SetupProgress {
  const [progress, setProgress] = useState<SetupProgress>(nothing);
  useEffect(() => {
    if (!running) return;
    const ask = async () => {
      const answer = await fetch("/setup/progress", {
        headers: { "x-setup-token": token },
        cache: "no-store",
      });
      const parsed = progressAnswer.safeParse(await answer.json());
      if (parsed.success) setProgress(parsed.data);
    };
    const timer = setInterval(() => {
      void ask().catch(() => undefined);
    }, everyMs);
    return () => {
      clearInterval(timer);
    };
  }, [running, token]);
  return progress;
}
