import pg from "pg";

/** Runs one statement as the superuser: what an attacker with full power over the database can do. */
export async function asSuperuser(superUrl: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: superUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
