import type { EntryId } from "@/lib/format/ids";
import type { Database } from "@/lib/db/database";
import { type EncodedEntry, joinEntries } from "@/lib/log/record/inbox";

export type NumberedEvent = EncodedEntry &
  Readonly<{ id: EntryId; seq: number; digest: Uint8Array }>;
export type EventRun = Readonly<{ identityId: string; source: string; boot: string }>;
export type AcceptResult =
  | Readonly<{
      state: "stored";
      entries: readonly (readonly [seq: number, entryId: string])[];
      missing: string;
      missingCount: number;
    }>
  | Readonly<{ state: "differs"; seqs: readonly number[] }>
  | Readonly<{ state: "jump"; highest: number }>
  | Readonly<{ state: "gaps" }>;

/**
 * Stores a batch of one run atomically, and of each number only the first event received, also with
 * concurrent senders. One statement, and so one transaction: the received numbers change together
 * with the inbox.
 */
export async function acceptEvents(
  { pool }: Pick<Database, "pool">,
  run: EventRun,
  items: readonly NumberedEvent[],
  limits: Readonly<{ now: Date; mostJump: number; mostPieces: number }>,
): Promise<AcceptResult> {
  const { bytes, offsets, lengths, ids, targets } = joinEntries(items);
  const {
    rows: [row],
  } = await pool.query<{ said: AcceptResult }>({
    name: "events-accept",
    text: "select intake.accept($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) as said",
    values: [
      run.identityId,
      run.source,
      run.boot,
      limits.now,
      items.map(({ seq }) => seq),
      Buffer.concat(items.map(({ digest }) => digest)),
      ids,
      targets,
      offsets,
      lengths,
      bytes,
      limits.mostJump,
      limits.mostPieces,
    ],
  });
  if (row === undefined) throw new Error("The database took a batch of events without a word.");
  return row.said;
}

/**
 * Forgets the contents of the numbers that were received before; the numbers themselves stay
 * known. Returns how many.
 */
export async function deleteOldReceipts(
  { pool }: Pick<Database, "pool">,
  before: Date,
): Promise<number> {
  const { rows } = await pool.query<{ forgotten: number }>(
    "select intake.forget_receipts($1) as forgotten",
    [before],
  );
  return rows[0]?.forgotten ?? 0;
}
