import { type Database, hotPool } from "@/lib/db/database";
import { sqlState } from "@/lib/db/errors";

/** Of the one row that probes write, for each node; it is no request's key. */
const probeActor = "readiness";

/**
 * Commits a small change, as every act does, and asks over the connections for hot statements, which
 * issuing and every record of a read need. Null if that works; otherwise what keeps the database
 * from being written to, in words for the operator. Throws if the database can't be reached.
 */
export async function commitProbe(
  { pool }: Pick<Database, "pool">,
  node: string,
): Promise<string | null> {
  try {
    await hotPool({ pool }).query({ name: "readiness-hot", text: "select" });
    await pool.query({
      name: "readiness-write",
      text: `insert into idempotency_key (actor_id, key, request_hash, created_at) values ($1, $2, '', now())
        on conflict (actor_id, key) do update set created_at = now()`,
      values: [probeActor, node],
    });
    return null;
  } catch (error) {
    const state = sqlState(error) ?? "";
    if (state === "25006") return "read-only";
    if (state === "53100") return "out of disk space";
    throw error;
  }
}
