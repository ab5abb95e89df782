import type { Database } from "@/lib/db/database";
import { joinEntries, type Encoded } from "@/lib/log/append";

export type Numbered = Encoded & Readonly<{ seq: number; digest: Uint8Array }>;
export type Run = Readonly<{ identityId: string; source: string; boot: string }>;
export type Accepted =
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
 * Stores a batch of one run, all of it or nothing, and of each number only the first that comes, whoever sends at the same time. In one statement,
 * which is a transaction by itself: the numbers that are known change with the inbox.
 */
export async function acceptEvents(
  { pool }: Pick<Database, "pool">,
  run: Run,
  items: readonly Numbered[],
  limits: Readonly<{ now: Date; mostJump: number; mostPieces: number }>,
): Promise<Accepted> {
  const { bytes, offsets, lengths, ids, targets } = joinEntries(items);
  const {
    rows: [row],
  } = await pool.query<{ said: Accepted }>({
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

/** Forgets what stood under the numbers that were received before; the numbers themselves stay known. Returns how many. */
export async function deleteOldReceipts(
  { pool }: Pick<Database, "pool">,
  before: Date,
): Promise<number> {
  return (await pool.query("delete from intake.receipt where at < $1", [before])).rowCount ?? 0;
}
