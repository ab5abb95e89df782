import { storedColumns, type StoredRow } from "@/lib/log/entry-summary";
import type { Database } from "@/lib/runtime/deps";
import { endOfLog, findNumbers } from "./find-entries";
import type { IndexSearch } from "./walk-segments";

type Db = Pick<Database, "pool">;

/** Entries by number, in that order. */
export async function readStoredRows(
  { pool }: Db,
  numbers: readonly number[],
  order: "asc" | "desc",
): Promise<StoredRow[]> {
  if (numbers.length === 0) return [];
  const { rows } = await pool.query<StoredRow>({
    name: `stored-rows-${order}`,
    text: `select ${storedColumns} from tlog.entry e where e.seq = any($1::bigint[]) order by e.seq ${order}`,
    values: [numbers],
  });
  return rows;
}

/** The first entries that match, newest first unless the search says otherwise. */
export async function findRows(
  db: Db,
  search: Pick<IndexSearch, "all"> & Partial<IndexSearch>,
  limit: number,
): Promise<StoredRow[]> {
  const numbers = await findNumbers(db, { low: 0, high: endOfLog, ...search }, limit);
  return readStoredRows(db, numbers, search.order ?? "desc");
}
