import pg from "pg";
import { readRunFile } from "@/lib/runtime/run-file";

/** Lets the time of a user's sessions without activity run out, on the Chancery of that folder. */
export async function endIdleSessions(dataFolder: string, email: string): Promise<void> {
  const client = new pg.Client({ connectionString: readRunFile(dataFolder)?.databaseUrl });
  await client.connect();
  try {
    await client.query(
      "update session set idle_until = now() from account a where a.id = session.account_id and a.email = $1",
      [email],
    );
  } finally {
    await client.end();
  }
}
