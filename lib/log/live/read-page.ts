import type { Database } from "@/lib/db/database";
import { leafHashSync } from "../tree/hash";
import type { Pacer } from "./pace";
import { recordOrNull } from "./record-or-null";
import type { EntryRow } from "./types";

type Row = { seq: string; entry_id: string | null; leaf_hash: Buffer | null; entry: Buffer | null };

/** The entries from … below as they stand in the table, each with the hash that its bytes have now. */
export async function readPage(
  { pool }: Pick<Database, "pool">,
  from: number,
  below: number,
  pacer: Pacer,
): Promise<EntryRow[]> {
  const { rows } = await pool.query<Row>({
    name: "verify-page",
    text: "select seq, entry_id, leaf_hash, entry from tlog.entry where seq >= $1 and seq < $2 order by seq",
    values: [from, below],
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
      record: recordOrNull(entry),
    });
    await pacer.breathe();
  }
  return page;
}
