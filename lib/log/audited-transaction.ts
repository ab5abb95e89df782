import type { Actor } from "@/lib/auth/actor";
import type { TransactionClient } from "@/lib/db/database";
import { isUnreachable, uniqueViolation } from "@/lib/db/errors";
import type { Deps } from "@/lib/deps";
import { isAppError } from "@/lib/errors/app-error";
import { joinEntries } from "./append";
import { assertRoom } from "./back-pressure";
import { encodeEntry } from "./entry";
import { makeNumbered, releaseNumbers, settleNumbers } from "./numbered";
import { recordUnavailable } from "./record-unavailable";
import type { EntryRecord, NewEntry } from "./types";

export { uniqueViolation };

declare const audited: unique symbol;
/** A transaction that will not commit without its entries; only `auditedTransaction` makes one, so repositories can ask for it. */
export type AuditedTx = TransactionClient & { readonly [audited]: true };

type Work<T> = Readonly<{ result: T; entries: readonly [NewEntry, ...NewEntry[]] }>;

const WAIT_FOR_CONNECTION_MS = 5_000,
  LONGEST_TRANSACTION_MS = 20_000;

/**
 * One act: its changes and its entries commit together or not at all. What `work` throws passes through and undoes everything (see
 * `uniqueViolation`). Throws AppError `record.unavailable` if the entries cannot be written, if the database refuses a change that no entry
 * names, or if it cannot be reached; `record.backlog` while too many entries wait to be numbered.
 */
export async function auditedTransaction<T>(
  deps: Pick<Deps, "db" | "clock" | "random" | "source">,
  actor: Actor,
  work: (tx: AuditedTx) => Promise<Work<T>>,
): Promise<{ result: T; entryIds: string[] }> {
  assertRoom(deps.db, actor);
  const records: EntryRecord[] = [];
  let appended = false;
  try {
    const done = await deps.db.prisma.$transaction(
      async (tx) => {
        const { result, entries } = await work(tx as AuditedTx);
        const now = deps.clock.now();
        for (const entry of entries) records.push(makeNumbered(deps, actor, entry, now));
        await append(tx, records);
        appended = true;
        return { result, entryIds: records.map((record) => record.id) };
      },
      { maxWait: WAIT_FOR_CONNECTION_MS, timeout: LONGEST_TRANSACTION_MS },
    );
    settleNumbers(deps.source, records);
    return done;
  } catch (error) {
    // Before the entries are in, nothing has asked for a commit.
    releaseNumbers(deps, records, appended ? error : null);
    // Once the entries are in, only the commit itself can fail: the deferred guards, or the connection.
    if (isAppError(error) || (!appended && !isUnreachable(error))) throw error;
    throw recordUnavailable(error);
  }
}

async function append(tx: TransactionClient, records: readonly EntryRecord[]): Promise<void> {
  const { bytes, offsets, lengths, ids, targets } = joinEntries(
    records.map((record) => ({
      bytes: encodeEntry(record),
      id: record.id,
      targetId: record.target?.id ?? null,
    })),
  );
  try {
    await tx.$executeRaw`insert into tlog.inbox (entry, entry_id, target_id)
      select substr(${Uint8Array.from(bytes)}::bytea, o, l), i, t from unnest(${offsets}::int[], ${lengths}::int[], ${ids}::text[], ${targets}::text[]) as part (o, l, i, t) order by o`;
  } catch (error) {
    throw recordUnavailable(error);
  }
}
