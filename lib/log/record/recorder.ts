import type { EntryId } from "@/lib/format/ids";
import type { Database, TransactionClient } from "@/lib/db/database";
import type { Clock, Random } from "@/lib/runtime/clock";
import { makeRefusalTable, type RefusalTable } from "./refusal-table";
import type { RequestScope } from "@/lib/log/request-scope";
import type { Source } from "./source";

export type RecorderDeps = Readonly<{
  db: Database;
  clock: Clock;
  random: Random;
  /** Numbers the entries of this process, so that a lost entry is detected. */
  source: Source;
  /** Limits the entries about unknown callers of this process; its own one by default. */
  refusals?: RefusalTable;
  /** The request that the entries are written for; null for work of Chancery's own. */
  scope?: RequestScope | null;
  alongside?: Alongside | null;
}>;

/**
 * What else the transaction of a change writes, such as the mark that this item of long work is
 * done. If it throws, nothing is committed and the error passes through.
 */
type Alongside = (tx: TransactionClient, entryId: EntryId) => Promise<void>;

declare const recorder: unique symbol;
/**
 * What it takes to write entries, and the only way to write one. It always includes the numbering
 * of entries, because an entry without a number could be lost without a trace.
 */
export type Recorder = Required<RecorderDeps> & { readonly [recorder]: true };

/** Makes a recorder; to replace a part: `makeRecorder({ ...recorder, clock })`. */
export const makeRecorder = ({
  db,
  clock,
  random,
  source,
  refusals = makeRefusalTable(),
  scope = null,
  alongside = null,
}: RecorderDeps): Recorder =>
  ({ db, clock, random, source, refusals, scope, alongside }) as Recorder;
