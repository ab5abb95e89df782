import { systemActor } from "@/lib/access/actor";
import type { Database, PoolClient } from "@/lib/db/database";
import { isAppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { encodeEntry, makeEntry, type MadeEntry } from "@/lib/log/entry";
import {
  insertEntriesStatement,
  insertEntriesValues,
  joinEntries,
  commitFailed,
  recordUnavailable,
} from "@/lib/log/record/inbox";
import type { NewEntry } from "@/lib/log/types";
import type { Clock, Random } from "@/lib/runtime/clock";

export type RecordingDeps = Readonly<{ db: Database; clock: Clock; random: Random }>;

/** The operator on the host on whose command the signer acts, as the command line names them. */
export type HostOperator = Readonly<{ label: string; host: string }>;

function makeSignerEntry(
  { clock, random }: Pick<RecordingDeps, "clock" | "random">,
  entry: NewEntry,
  operator: HostOperator | null,
): MadeEntry {
  const now = clock.now();
  const signer = systemActor("signer", newId("req", now, random.bytes));
  const actor = operator
    ? {
        ...systemActor("command-line", signer.requestId),
        label: operator.label,
        address: { ...signer.address, via: [`host ${operator.host}`] },
      }
    : signer;
  return makeEntry(actor, entry, { now, randomBytes: random.bytes });
}

/**
 * Commits what the signer writes together with its entry, in its own transaction: neither passes
 * through another process. Returns the id of the entry. Errors: `log.halted`, `record.unavailable`,
 * `outcome.unknown`.
 */
export async function recordedTransaction(
  deps: RecordingDeps,
  entry: NewEntry,
  work: (client: PoolClient, entryId: string) => Promise<void>,
  operator: HostOperator | null = null,
): Promise<string> {
  const record = makeSignerEntry(deps, entry, operator);
  const values = insertEntriesValues(
    joinEntries([
      { bytes: encodeEntry(record), id: record.id, targetId: record.target?.id ?? null },
    ]),
  );
  const client = await deps.db.pool.connect().catch((error: unknown) => {
    throw recordUnavailable(error);
  });
  let isCommitting = false;
  try {
    await client.query("begin");
    await work(client, record.id);
    await client.query(insertEntriesStatement.text, values);
    isCommitting = true;
    await client.query("commit");
    client.release();
    return record.id;
  } catch (error) {
    client.release(true);
    if (isAppError(error)) throw error;
    throw isCommitting ? commitFailed(error) : recordUnavailable(error);
  }
}
