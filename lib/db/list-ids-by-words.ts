import type { Database } from "./database";
import { wordsCondition } from "./words-condition";

/** What the rows of a table are searched by, where they are few enough to be searched one by one. */
const texts = {
  account: "email || ' ' || name",
  api_token: "name || ' ' || hint",
} as const;

/** The ids of the rows that have each word of a search somewhere in their texts, or it as their id. */
export async function listIdsByWords(
  db: Pick<Database, "pool">,
  table: keyof typeof texts,
  search: string,
): Promise<string[]> {
  const values: unknown[] = [];
  const where = wordsCondition(
    search,
    { id: "id", folded: `tlog.fold_text(${texts[table]})` },
    (value) => `$${values.push(value)}`,
  );
  const { rows } = await db.pool.query<{ id: string }>({
    text: `select id from ${table} where ${where}`,
    values,
  });
  return rows.map(({ id }) => id);
}
