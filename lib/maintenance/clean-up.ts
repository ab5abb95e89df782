import { dayMs } from "@/lib/format/time-units";
import type { Deps } from "@/lib/runtime/deps";
import { deleteOutdated } from "./clean-up-repository";

/**
 * Deletes ended sessions and receipts of events after 30 days, and expired logins, sign-in
 * failures and stored responses for Idempotency-Key after one day. None of them is part of the audit log. Returns how
 * many rows.
 */
export async function cleanUp(deps: Pick<Deps, "db" | "clock">): Promise<number> {
  const now = deps.clock.now().getTime();
  return deleteOutdated(deps.db, {
    sessions: new Date(now - 30 * dayMs),
    logins: new Date(now - dayMs),
    failures: new Date(now - dayMs),
    responses: new Date(now - dayMs),
    receipts: new Date(now - 30 * dayMs),
  });
}
