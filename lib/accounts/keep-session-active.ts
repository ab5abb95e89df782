import { minuteMs } from "@/lib/format/time-units";
import type { Deps } from "@/lib/runtime/deps";
import { postponeIdleEnd } from "./session-repository";

/**
 * Postpones the end of a session that a person is using. Writes at most once a minute. For requests
 * whose session was accepted.
 */
export async function keepSessionActive(
  { db, clock, sessionIdleMs }: Pick<Deps, "db" | "clock" | "sessionIdleMs">,
  id: string,
): Promise<void> {
  await postponeIdleEnd(db, id, {
    idleUntil: new Date(clock.now().getTime() + sessionIdleMs),
    // A tenth of a short time, so that activity always counts.
    leastMs: Math.min(minuteMs, sessionIdleMs / 10),
  });
}
