import type { Recorded } from "./recorded";
import type { EntryId } from "@/lib/format/ids";
import type { AnyActor } from "@/lib/access/actor";
import type { TransactionClient } from "@/lib/db/database";
import { isUnreachable, sqlState, uniqueViolation } from "@/lib/db/errors";
import { isAppError } from "@/lib/errors/app-error";
import {
  commitFailed,
  insertEntriesStatement,
  insertEntriesValues,
  joinEntries,
  recordUnavailable,
} from "./inbox";
import { claimTakenOver, markClaimStatement, markClaimValues } from "./mark-claim";
import { assertInboxHasRoom } from "./back-pressure";
import { encodeEntry, type MadeEntry } from "@/lib/log/entry";
import { makeNumberedEntry, releaseNumbers, confirmNumbers } from "./entry-numbers";
import type { Recorder } from "./recorder";
import type { NewEntry } from "@/lib/log/types";

export { sqlState, uniqueViolation };

declare const audited: unique symbol;
/**
 * A transaction that commits only with its entries. Only `auditedTransaction` makes one, so a
 * repository that requires it cannot be called without entries.
 */
export type AuditedTx = TransactionClient & { readonly [audited]: true };

/**
 * `about` is the ID of what the act made or changed, if the first entry's target is something else.
 * `answer` is the use case's result, if the act is the last one of its request and the result is
 * known already: it is then stored under the request's Idempotency-Key in the same transaction.
 */
type WorkResult<T> = Readonly<{
  result: T;
  entries: readonly [NewEntry, ...NewEntry[]];
  about?: string;
  answer?: unknown;
}>;

const connectionTimeoutMs = 5_000;
const transactionTimeoutMs = 20_000;

/**
 * What was committed. `entryIds` are in the order of the work's entries; `entryId` is the first.
 */
export type Committed<T> = Recorded<T> & Readonly<{ entryIds: readonly [EntryId, ...EntryId[]] }>;

/** Thrown to roll back the work's changes when it returns null. */
const rolledBack = new Error("the work of an audited transaction was rolled back");

/**
 * Commits changes and their entries together or not at all. An error that `work` throws rolls back
 * and passes through (see `uniqueViolation`). If `work` returns null, because its preconditions no
 * longer hold, the transaction is rolled back and the result is null. Throws AppError
 * `record.unavailable` if the entries can't be written, if the database refuses a change that no
 * entry names, or if it can't be reached; `outcome.unknown` if the connection is lost during the
 * commit; `record.backlog` while too many entries wait to be numbered; `idempotency.taken-over`.
 */
export function auditedTransaction<T>(
  recorder: Recorder,
  actor: AnyActor,
  work: (tx: AuditedTx) => Promise<WorkResult<T>>,
): Promise<Committed<T>>;
export function auditedTransaction<T>(
  recorder: Recorder,
  actor: AnyActor,
  work: (tx: AuditedTx) => Promise<WorkResult<T> | null>,
): Promise<Committed<T> | null>;
export async function auditedTransaction<T>(
  recorder: Recorder,
  actor: AnyActor,
  work: (tx: AuditedTx) => Promise<WorkResult<T> | null>,
): Promise<Committed<T> | null> {
  assertInboxHasRoom(recorder.db, actor);
  const records: MadeEntry[] = [];
  let appended = false;
  try {
    const outcome = await recorder.db.prisma.$transaction(
      async (tx) => {
        const done = await work(tx as AuditedTx);
        if (done === null) throw rolledBack;
        const { result, entries } = done;
        const now = recorder.clock.now();
        for (const entry of entries) records.push(makeNumberedEntry(recorder, actor, entry, now));
        await append(tx, records);
        const outcome = committed(result, records);
        await markClaim(tx, recorder, done, outcome.entryId);
        await recorder.alongside?.(tx, outcome.entryId);
        appended = true;
        return outcome;
      },
      { maxWait: connectionTimeoutMs, timeout: transactionTimeoutMs },
    );
    confirmNumbers(recorder.source, records);
    recorder.scope?.committed.push(outcome.entryId);
    return outcome;
  } catch (error) {
    if (error === rolledBack) return null;
    // Before the entries are inserted no commit was attempted.
    releaseNumbers(recorder, records, appended ? error : null);
    // After the entries are inserted only the commit can fail: by a deferred guard or the
    // connection.
    if (isAppError(error) || (!appended && !isUnreachable(error))) throw error;
    throw appended ? commitFailed(error) : recordUnavailable(error);
  }
}

/** Notes the act under the Idempotency-Key of the request that it is done for. */
async function markClaim(
  tx: TransactionClient,
  { scope }: Recorder,
  { entries, about, answer }: WorkResult<unknown>,
  entryId: EntryId,
): Promise<void> {
  if (!scope?.claim) return;
  const values = markClaimValues(scope.claim, {
    entryId,
    targetId: about ?? entries[0].target?.id ?? null,
    answer: answer === undefined ? null : scope.claim.answerOf({ result: answer, entryId }),
  });
  if ((await tx.$executeRawUnsafe(markClaimStatement.text, ...values)) === 0)
    throw claimTakenOver();
  if (answer !== undefined) scope.answered.stored = true;
}

async function append(tx: TransactionClient, records: readonly MadeEntry[]): Promise<void> {
  const entries = records.map((record) => ({
    bytes: encodeEntry(record),
    id: record.id,
    targetId: record.target?.id ?? null,
  }));
  const [bytes, ...values] = insertEntriesValues(joinEntries(entries));
  try {
    await tx.$executeRawUnsafe(insertEntriesStatement.text, Uint8Array.from(bytes), ...values);
  } catch (error) {
    throw recordUnavailable(error);
  }
}

function committed<T>(result: T, records: readonly MadeEntry[]): Committed<T> {
  const [first, ...rest] = records.map(({ id }) => id);
  if (first === undefined) throw new Error("a change was made without an entry");
  return { result, entryId: first, entryIds: [first, ...rest] };
}
