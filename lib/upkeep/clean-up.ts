import type { Deps } from "@/lib/deps";
import { deleteOutdated } from "@/lib/upkeep/clean-up-repository";

const hour = 3_600_000,
  day = 24 * hour;

/** Clears away ended sessions after 30 days, sign-in failures and the answers kept for Idempotency-Key after one, receipts of events after 30. None of them is part of the record. */
export async function cleanUp(deps: Pick<Deps, "db" | "clock">): Promise<number> {
  const now = deps.clock.now().getTime();
  return deleteOutdated(deps.db, {
    sessions: new Date(now - 30 * day),
    failures: new Date(now - day),
    answers: new Date(now - day),
    receipts: new Date(now - 30 * day),
  });
}
