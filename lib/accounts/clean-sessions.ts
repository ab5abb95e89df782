import { deleteOldAttempts } from "@/lib/accounts/attempt-repository";
import { deleteOldSessions } from "@/lib/accounts/session-repository";
import type { Deps } from "@/lib/deps";

const dayMs = 86_400_000;

/** Removes sessions that ended a month ago and attempts to sign in of yesterday. For a job, once an hour or so. */
export async function cleanSessions(deps: Pick<Deps, "db" | "clock">): Promise<{ sessions: number; attempts: number }> {
  const now = deps.clock.now().getTime();
  const sessions = await deleteOldSessions(deps.db, new Date(now - 30 * dayMs));
  const attempts = await deleteOldAttempts(deps.db, new Date(now - dayMs));
  return { sessions, attempts };
}
