import type { Actor } from "@/lib/access/actor";
import type { EntryId } from "@/lib/format/ids";
import { encodeEntry } from "@/lib/log/entry";
import { uniqueViolation } from "@/lib/log/record/audited-transaction";
import { assertInboxHasRoom } from "@/lib/log/record/back-pressure";
import { makeNumberedEntry, trackCommit } from "@/lib/log/record/entry-numbers";
import { commitFailed, type EncodedEntry } from "@/lib/log/record/inbox";
import type { NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";

/**
 * Commits a change with its entry: `store` is one statement, which inserts the entry exactly if it
 * changes something (decision 6). The entry's id; null if nothing was changed. What violates a unique
 * index passes through. Errors: `record.unavailable`, `outcome.unknown`, `record.backlog`.
 */
export async function recordChange(
  { recorder }: Pick<Deps, "recorder">,
  actor: Actor,
  entry: NewEntry,
  store: (entry: EncodedEntry) => Promise<boolean>,
): Promise<EntryId | null> {
  assertInboxHasRoom(recorder.db, actor);
  const record = makeNumberedEntry(recorder, actor, entry, recorder.clock.now());
  const { id, target } = record;
  // Encoded within: a number of an entry that is too large must not stay open.
  const isStored = await trackCommit(recorder, [record], async () => {
    const encoded = { bytes: encodeEntry(record), id, targetId: target?.id ?? null };
    return store(encoded).catch((error: unknown) => {
      throw uniqueViolation(error) === null ? commitFailed(error) : error;
    });
  });
  if (!isStored) return null;
  recorder.scope?.committed.push(id);
  return id;
}
