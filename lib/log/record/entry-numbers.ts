import type { AnyActor } from "@/lib/access/actor";
import { isUnreachable } from "@/lib/db/errors";
import type { Recorder } from "./recorder";
import { isAppError } from "@/lib/errors/app-error";
import { makeEntry, type MadeEntry } from "@/lib/log/entry";
import type { Source } from "./source";
import type { EntryRecord, NewEntry } from "@/lib/log/types";

/**
 * Makes a record with the next number of this process. If it cannot be made, the number is voided.
 */
export function makeNumberedEntry(
  { random, source }: Recorder,
  actor: AnyActor,
  entry: NewEntry,
  now: Date,
): MadeEntry {
  const src = source.next();
  try {
    return makeEntry(actor, entry, { now, randomBytes: random.bytes, src });
  } catch (error) {
    source.markVoided([src.seq]);
    throw error;
  }
}

const numbersOf = (records: readonly EntryRecord[]): number[] =>
  records.flatMap(({ src }) => (src ? [src.seq] : []));

/** Marks the numbers of committed records. */
export const confirmNumbers = (source: Source, records: readonly EntryRecord[]): void =>
  source.markCommitted(numbersOf(records));

/**
 * Voids the numbers of records that were not committed. If the connection was lost during the
 * commit, the outcome is uncertain; it is looked up later.
 */
export function releaseNumbers(
  { source, clock }: Recorder,
  records: readonly EntryRecord[],
  error: unknown,
): void {
  const since = clock.now().getTime();
  if (isAmbiguous(error))
    source.markUncertain(
      records.flatMap(({ src, id }) => (src ? [{ seq: src.seq, entryId: id, since }] : [])),
    );
  else source.markVoided(numbersOf(records));
}

/** An AppError has the database's error as its cause. */
const isAmbiguous = (error: unknown): boolean =>
  isUnreachable(error) || (isAppError(error) && isUnreachable(error.cause));

/**
 * Appends numbered records together and marks their numbers by the outcome: `append` resolves with
 * whether they were stored.
 */
export async function trackCommit(
  recorder: Recorder,
  records: readonly EntryRecord[],
  append: () => Promise<boolean>,
): Promise<boolean> {
  try {
    const stored = await append();
    if (stored) confirmNumbers(recorder.source, records);
    else releaseNumbers(recorder, records, null);
    return stored;
  } catch (error) {
    releaseNumbers(recorder, records, error);
    throw error;
  }
}
