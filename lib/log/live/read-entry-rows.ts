import type { Database } from "@/lib/runtime/deps";
import { leafHashSync } from "@/lib/log/tree/hash-sync";
import type { Pacer } from "@/lib/log/reconcile/pacer";
import { readEntry } from "@/lib/log/read-entry";
import type { EntryRow } from "./types";

type Row = {
  seq: string;
  entry_id: string | null;
  leaf_hash: Buffer | null;
  entry: Buffer | null;
  sequenced_at: Date | null;
};

/** The stored entries `from` to `end - 1`, each with the leaf hash computed from its bytes. */
export async function readEntryRows(
  { pool }: Pick<Database, "pool">,
  from: number,
  end: number,
  pacer: Pacer,
): Promise<EntryRow[]> {
  const { rows } = await pool.query<Row>({
    name: "verify-page",
    text: "select seq, entry_id, leaf_hash, entry, sequenced_at from tlog.entry where seq >= $1 and seq < $2 order by seq",
    values: [from, end],
  });
  const page: EntryRow[] = [];
  for (const row of rows) {
    const entry = row.entry ?? Buffer.alloc(0);
    page.push({
      seq: Number(row.seq),
      entryId: row.entry_id,
      leafHash: row.leaf_hash,
      entry,
      hash: leafHashSync(entry),
      sequencedAt: row.sequenced_at,
      reading: readEntry(entry, row.entry_id),
    });
    await pacer.yieldIfBusy();
  }
  return page;
}
