import type { Database } from "@/lib/runtime/deps";
import type { HostileEntry } from "./hostile-entries";

const batchSize = 250;

/** Puts entries into the log as someone with the application's database role can: by the inbox. */
export async function insertHostile(
  { pool }: Pick<Database, "pool">,
  entries: readonly HostileEntry[],
): Promise<void> {
  for (let from = 0; from < entries.length; from += batchSize) {
    const batch = entries.slice(from, from + batchSize);
    await pool.query(
      "insert into tlog.inbox (entry, entry_id, target_id) select * from unnest($1::bytea[], $2::text[], $3::text[])",
      [
        batch.map(({ bytes }) => bytes),
        batch.map(({ id }) => id),
        batch.map(({ target }) => target),
      ],
    );
  }
}
