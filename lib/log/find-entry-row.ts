import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";

export type EntryRow = Readonly<{
  seq: number;
  id: string;
  leafHash: Buffer;
  entry: Buffer;
  sequencedAt: Date;
}>;

const LONGEST_ID = 100;

/** An entry as it is stored, by its number or id (ent_…). Throws AppError `entry.not-found`. */
export async function findEntryRow(
  { db }: Pick<Deps, "db">,
  seqOrId: string | number,
): Promise<EntryRow> {
  const said = String(seqOrId).slice(0, LONGEST_ID),
    by = /^\d{1,15}$/.test(said) ? "seq" : "entry_id";
  const {
    rows: [row],
  } = await db.pool.query<Omit<EntryRow, "seq"> & { seq: string }>({
    name: `log-entry-by-${by}`,
    text: `select seq, entry_id as id, leaf_hash as "leafHash", entry, sequenced_at as "sequencedAt" from tlog.entry where ${by} = $1 limit 1`,
    values: [said],
  });
  if (row === undefined)
    throw new AppError("entry.not-found", `The log has no entry ${said}.`, { kind: "not-found" });
  return { ...row, seq: Number(row.seq) };
}
