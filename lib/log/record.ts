import type { Actor } from "@/lib/auth/actor";
import { type Database, patienceOf } from "@/lib/db/database";
import { makeGroupCommit } from "@/lib/db/group-commit";
import type { Deps } from "@/lib/deps";
import { type Encoded, insertEntries, joinEntries, valuesOf } from "./append";
import { assertRoom } from "./back-pressure";
import { encodeEntry } from "./entry";
import { accountFor, makeNumbered } from "./numbered";
import { recordUnavailable } from "./record-unavailable";
import type { NewEntry } from "./types";

const LARGEST_BATCH = 500,
  LANES = 2;

type Append = (entry: Encoded) => Promise<null>;
const appenders = new WeakMap<Database["pool"], Append>();

/** One group commit a process: everybody's refusals and reads share its transactions. */
function appenderOf(pool: Database["pool"]): Append {
  const known = appenders.get(pool);
  if (known) return known;
  const made: Append = makeGroupCommit<Encoded, null>({
    maxBatch: LARGEST_BATCH,
    lanes: LANES,
    // Where the connections give up early, so do those who wait for them.
    maxWaitMs: patienceOf(pool),
    work: async (entries) => {
      await pool.query({ ...insertEntries, values: valuesOf(joinEntries(entries)) });
      return entries.map(() => null);
    },
  });
  appenders.set(pool, made);
  return made;
}

/**
 * Records what changes no state: a refusal, a read, a sign-in that failed. Resolves after the commit, never before. Throws AppError
 * `record.unavailable` if it cannot be written, `record.backlog` while too many entries wait: the caller must then refuse, too.
 */
export async function recordEntry(
  deps: Pick<Deps, "db" | "clock" | "random" | "source">,
  actor: Actor,
  entry: NewEntry,
): Promise<{ entryId: string }> {
  assertRoom(deps.db, actor);
  const record = makeNumbered(deps, actor, entry, deps.clock.now());
  await accountFor(deps, record, async () => {
    const encoded = {
      bytes: encodeEntry(record),
      id: record.id,
      targetId: record.target?.id ?? null,
    };
    try {
      await appenderOf(deps.db.pool)(encoded);
    } catch (error) {
      throw recordUnavailable(error);
    }
    return true;
  });
  return { entryId: record.id };
}
