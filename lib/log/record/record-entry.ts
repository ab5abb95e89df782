import type { EntryId } from "@/lib/format/ids";
import type { AnyActor } from "@/lib/access/actor";
import { type Database, hotPool, statementTimeoutOf } from "@/lib/db/database";
import { makeGroupCommit } from "@/lib/db/group-commit";
import {
  type EncodedEntry,
  insertEntriesStatement,
  insertEntriesValues,
  joinEntries,
  recordUnavailable,
} from "./inbox";
import { assertInboxHasRoom } from "./back-pressure";
import { encodeEntry } from "@/lib/log/entry";
import { trackCommit, makeNumberedEntry } from "./entry-numbers";
import type { Recorder } from "./recorder";
import type { NewEntry } from "@/lib/log/types";

const maxBatch = 500;
const concurrency = 2;

type Append = (entry: EncodedEntry) => Promise<null>;
const appenders = new WeakMap<Database["pool"], Append>();

/** The group commit of this process: all refusals and reads share its transactions. */
function getAppender(pool: Database["pool"]): Append {
  const existing = appenders.get(pool);
  if (existing) return existing;
  const appender: Append = makeGroupCommit<EncodedEntry, null>({
    maxBatch: maxBatch,
    concurrency,
    // Waiting for a turn has the timeout of a statement, too.
    maxWaitMs: statementTimeoutOf(pool),
    work: async (entries) => {
      await hotPool({ pool }).query({
        ...insertEntriesStatement,
        values: insertEntriesValues(joinEntries(entries)),
      });
      return entries.map(() => null);
    },
  });
  appenders.set(pool, appender);
  return appender;
}

/**
 * Records an action that changes no state: a refusal, a read, a failed sign-in. Resolves only after
 * the commit. Throws AppError `record.unavailable` if the entry cannot be written, `record.backlog`
 * while too many entries wait to be numbered; the caller must then refuse the action, too.
 */
export async function recordEntry(
  recorder: Recorder,
  actor: AnyActor,
  entry: NewEntry,
): Promise<Readonly<{ entryId: EntryId }>> {
  assertInboxHasRoom(recorder.db, actor);
  const record = makeNumberedEntry(recorder, actor, entry, recorder.clock.now());
  await trackCommit(recorder, [record], async () => {
    const encoded = {
      bytes: encodeEntry(record),
      id: record.id,
      targetId: record.target?.id ?? null,
    };
    try {
      await getAppender(recorder.db.pool)(encoded);
    } catch (error) {
      throw recordUnavailable(error);
    }
    return true;
  });
  return { entryId: record.id };
}
