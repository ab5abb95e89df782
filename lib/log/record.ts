import type { Actor } from "@/lib/auth/actor";
import type { Database } from "@/lib/db/database";
import { makeGroupCommit } from "@/lib/db/group-commit";
import type { Deps } from "@/lib/deps";
import { insertEntries, joinEntries, valuesOf } from "./append";
import { encodeEntry, makeEntry } from "./entry";
import { recordUnavailable } from "./record-unavailable";
import type { NewEntry } from "./types";

const LARGEST_BATCH = 500, LANES = 2;

type Append = (entry: Uint8Array) => Promise<null>;
const appenders = new WeakMap<Database["pool"], Append>();

/** One group commit a process: everybody's refusals and reads share its transactions. */
function appenderOf(pool: Database["pool"]): Append {
  const known = appenders.get(pool);
  if (known) return known;
  const made: Append = makeGroupCommit<Uint8Array, null>({
    maxBatch: LARGEST_BATCH,
    lanes: LANES,
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
 * `record.unavailable` if it cannot be written: the caller must then refuse, too.
 */
export async function recordEntry(deps: Pick<Deps, "db" | "clock" | "random">, actor: Actor, entry: NewEntry): Promise<{ entryId: string }> {
  const record = makeEntry(actor, entry, { now: deps.clock.now(), randomBytes: deps.random.bytes });
  const bytes = encodeEntry(record);
  try {
    await appenderOf(deps.db.pool)(bytes);
  } catch (error) {
    throw recordUnavailable(error);
  }
  return { entryId: record.id };
}
