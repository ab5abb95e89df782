import { closeDatabase, openDatabase } from "@/lib/db/database";

/**
 * Runs one statement as the superuser: what an attacker with full power over the database can do.
 */
export async function asSuperuser(superUrl: string, sql: string): Promise<void> {
  const owner = openDatabase(superUrl, { max: 1 });
  try {
    await owner.pool.query(sql);
  } finally {
    await closeDatabase(owner);
  }
}
