import type { Actor } from "@/lib/auth/actor";
import type { Database } from "@/lib/db/database";
import { AppError } from "@/lib/errors/app-error";

type Looked = { at: number; waiting: number; room: number; look: Promise<void> | null };

const LOOK_EVERY_MS = 500,
  MOST_WAITING = 200_000,
  MOST_WAITING_WHILE_HALTED = 2_000_000;
const looks = new WeakMap<Database["pool"], Looked>();

/**
 * Refuses new acts while too many entries wait to be numbered: better refused than lost. Looks at most twice a second and makes nobody wait
 * for the look, so it can be half a second late. Chancery's own work goes on, since CRLs must never run out; and while the log is halted
 * there is more room, so that an administrator can still sign in and mend it. Throws AppError `record.backlog`.
 */
export function assertRoom({ pool }: Pick<Database, "pool">, actor: Pick<Actor, "kind">): void {
  const known = looks.get(pool) ?? { at: -Infinity, waiting: 0, room: MOST_WAITING, look: null };
  looks.set(pool, known);
  if (known.look === null && performance.now() - known.at >= LOOK_EVERY_MS)
    known.look = look(pool, known);
  if (known.waiting <= known.room || actor.kind === "system") return;
  throw new AppError(
    "record.backlog",
    `${known.waiting} entries wait to be numbered, more than the log takes in at once, so this was not done. Nothing is lost; try again in a few seconds.`,
    { kind: "unavailable", retryAfterSeconds: 5 },
  );
}

async function look(pool: Database["pool"], known: Looked): Promise<void> {
  try {
    const { rows } = await pool.query<{ waiting: string; halted: boolean }>({
      name: "log-backlog",
      text: "select tlog.inbox_backlog() as waiting, halted is not null as halted from tlog.head",
    });
    known.waiting = Number(rows[0]?.waiting ?? 0);
    known.room = rows[0]?.halted ? MOST_WAITING_WHILE_HALTED : MOST_WAITING;
  } catch {
    // The database is away, and then the append itself says so.
  }
  known.at = performance.now();
  known.look = null;
}
