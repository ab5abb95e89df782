import type { Actor } from "@/lib/auth/actor";
import { isUnreachable } from "@/lib/db/errors";
import type { Deps } from "@/lib/deps";
import { isAppError } from "@/lib/errors/app-error";
import { makeEntry } from "./entry";
import type { Source } from "./source";
import type { EntryRecord, NewEntry } from "./types";

/** A record with the next number of this process, if it numbers its entries. A record that cannot be made voids its number. */
export function makeNumbered(
  deps: Pick<Deps, "random" | "source">,
  actor: Actor,
  entry: NewEntry,
  now: Date,
): EntryRecord {
  const src = deps.source?.next();
  try {
    return makeEntry(actor, entry, {
      now,
      randomBytes: deps.random.bytes,
      ...(src ? { src } : {}),
    });
  } catch (error) {
    if (src) deps.source?.void([src.seq]);
    throw error;
  }
}

const numbersOf = (records: readonly EntryRecord[]): number[] =>
  records.flatMap(({ src }) => (src ? [src.seq] : []));

/** These were committed. */
export const settleNumbers = (source: Source | undefined, records: readonly EntryRecord[]): void =>
  source?.settle(numbersOf(records));

/** These were not committed, as far as `error` tells; where the commit itself may have been cut off nobody knows, and it is looked up later. */
export function releaseNumbers(
  { source, clock }: Pick<Deps, "source" | "clock">,
  records: readonly EntryRecord[],
  error: unknown,
): void {
  if (!source) return;
  const since = clock.now().getTime();
  if (isAmbiguous(error))
    source.doubt(
      records.flatMap(({ src, id }) => (src ? [{ seq: src.seq, entryId: id, since }] : [])),
    );
  else source.void(numbersOf(records));
}

/** An error that is passed on in words of ours has the database's as its cause. */
const isAmbiguous = (error: unknown): boolean =>
  isUnreachable(error) || (isAppError(error) && isUnreachable(error.cause));

/** Appends a record that was numbered and accounts for its number by how that ended: `append` says whether the entry was stored. */
export async function accountFor(
  deps: Pick<Deps, "source" | "clock">,
  record: EntryRecord,
  append: () => Promise<boolean>,
): Promise<boolean> {
  try {
    const stored = await append();
    if (stored) settleNumbers(deps.source, [record]);
    else releaseNumbers(deps, [record], null);
    return stored;
  } catch (error) {
    releaseNumbers(deps, [record], error);
    throw error;
  }
}
