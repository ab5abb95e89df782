import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { readWatched } from "./rule-repository";
import type { WatchState } from "./schema";

/** How far the rules have read: `upto` of `size` entries, and when. */
export async function getWatchState(deps: Pick<Deps, "db">, actor: Actor): Promise<WatchState> {
  authorize(actor, "alerts.read");
  const { upto, size, at } = await readWatched(deps.db);
  return { upto, size, at: at?.toISOString() ?? null };
}
