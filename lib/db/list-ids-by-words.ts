import type { Database } from "./database";
import { patternsOf, wordsOf } from "@/lib/format/search-terms";

/** What the rows of a table are searched by, where they are few enough to be searched one by one. */
const texts = {
  account: "email || ' ' || name",
  api_token: "name || ' ' || hint",
  alert: "summary || ' ' || subject_label || ' ' || rule",
} as const;

/** The ids of the rows that have each word of a search somewhere in their texts, or it as their id. */
export async function listIdsByWords(
  db: Pick<Database, "pool">,
  table: keyof typeof texts,
  search: string,
): Promise<string[]> {
  const values = [search];
  const conditions = wordsOf(search).map((word) => {
    const patterns = patternsOf(word).map((pattern) => `text like $${values.push(pattern)}`);
    return `(${patterns.join(" or ")})`;
  });
  const { rows } = await db.pool.query<{ id: string }>({
    text: `select id from ${table}, lateral (select tlog.fold_text(${texts[table]}) as text) folded
      where id = $1 or (${conditions.join(" and ") || "false"})`,
    values,
  });
  return rows.map(({ id }) => id);
}
