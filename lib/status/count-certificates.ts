import type { Deps } from "@/lib/deps";
import { countByState } from "@/lib/status/status-repository";

const freshMs = 60_000;

/** Certificates by state, for metrics: counted at most once a minute, however often it is asked. */
export function makeCertificateCounts(
  deps: Pick<Deps, "db" | "clock">,
): () => Promise<readonly Readonly<{ state: string; count: number }>[]> {
  let at = -Infinity,
    last: ReturnType<typeof countByState> | null = null;
  return () => {
    const now = deps.clock.now().getTime();
    if (last === null || now - at > freshMs) {
      at = now;
      last = countByState(deps.db);
      last.catch(() => {
        last = null;
      });
    }
    return last;
  };
}
