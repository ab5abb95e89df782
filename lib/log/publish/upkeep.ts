import type { Database } from "@/lib/db/database";
import { withClient } from "./leader";

export type TidyParts = Readonly<{
  over: AbortSignal;
  rest: (ms: number) => Promise<void>;
  /** How many entries left the inbox since it was asked last. */
  takeMoved: () => number;
  onError: (error: unknown) => void;
}>;

const LOOK_EVERY_MS = 1_000,
  THIN_EVERY_MS = 3_600_000;
/** An entry that was moved leaves a dead row in the inbox: vacuumed away after so many, or after fewer once nothing comes any more. */
const MANY = 200_000,
  SOME = 5_000,
  QUIET_LOOKS = 5;

/** Keeps the inbox small and thins old checkpoints, until `over`. */
export async function keepTidy(
  db: Database,
  { over, rest, takeMoved, onError }: TidyParts,
): Promise<void> {
  let dead = 0,
    quiet = 0,
    thinnedAt = performance.now() - THIN_EVERY_MS;
  while (!over.aborted) {
    await rest(LOOK_EVERY_MS);
    const moved = takeMoved();
    dead += moved;
    quiet = moved === 0 ? quiet + 1 : 0;
    try {
      if (dead >= MANY || (dead >= SOME && quiet >= QUIET_LOOKS)) {
        dead = 0;
        await vacuumInbox(db);
      }
      if (performance.now() - thinnedAt >= THIN_EVERY_MS) {
        thinnedAt = performance.now();
        await db.pool.query("select tlog.thin_checkpoints()");
      }
    } catch (error) {
      if (!over.aborted) onError(error);
    }
  }
}

/** Under load as well: it takes no lock that a writer or the sequencer would wait for. */
function vacuumInbox(db: Database): Promise<void> {
  return withClient(db, async (client) => {
    await client.query("set statement_timeout = '10min'");
    await client.query("vacuum tlog.inbox");
  });
}
