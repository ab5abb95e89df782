import type { Actor } from "@/lib/access/actor";
import type { Database } from "@/lib/db/database";
import { AppError } from "@/lib/errors/app-error";
import { monotonicMs } from "@/lib/runtime/monotonic";

type InboxState = { at: number; waiting: number; room: number; refreshing: Promise<void> | null };

const refreshIntervalMs = 500;
const maxWaiting = 200_000;
const maxWaitingWhileHalted = 2_000_000;
const states = new WeakMap<Database["pool"], InboxState>();

/**
 * Back pressure: refuses new actions while too many entries wait to be numbered. The state is
 * refreshed at most twice a second, in the background, so it can be half a second old. Chancery's
 * own jobs are exempt, because CRLs must never expire; and while the log is halted the limit is
 * higher, so that an administrator can still sign in and fix it. Throws AppError `record.backlog`.
 */
export function assertInboxHasRoom(
  { pool }: Pick<Database, "pool">,
  actor: Pick<Actor, "kind">,
): void {
  const state = states.get(pool) ?? {
    at: -Infinity,
    waiting: 0,
    room: maxWaiting,
    refreshing: null,
  };
  states.set(pool, state);
  if (state.refreshing === null && monotonicMs() - state.at >= refreshIntervalMs)
    state.refreshing = refresh(pool, state);
  if (state.waiting <= state.room || actor.kind === "system") return;
  throw new AppError(
    "record.backlog",
    `${state.waiting} entries are waiting to be numbered, which is more than the audit log accepts, so the action was not done. Nothing is lost. Try again in a few seconds.`,
    { retryAfterSeconds: 5 },
  );
}

async function refresh(pool: Database["pool"], state: InboxState): Promise<void> {
  try {
    const { rows } = await pool.query<{ waiting: string; halted: boolean }>({
      name: "log-backlog",
      text: "select tlog.inbox_backlog() as waiting, halted is not null as halted from tlog.head",
    });
    state.waiting = Number(rows[0]?.waiting ?? 0);
    state.room = rows[0]?.halted ? maxWaitingWhileHalted : maxWaiting;
  } catch {
    // The database is unreachable; appending the entry will fail and report it.
  }
  state.at = monotonicMs();
  state.refreshing = null;
}
