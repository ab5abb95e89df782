import { makeClient } from "@/lib/db/single-client";

/** Throws for the database of a demonstration, such as one that was restored from its backup. */
export async function refuseDemoLog(databaseUrl: string): Promise<void> {
  if (await isDemoLog(databaseUrl))
    throw new Error(
      "This database holds a demonstration, whose history is invented: it can't be used as an ordinary installation. Choose another one, or run npm run demo.",
    );
}

/**
 * Whether the log in this database begins as that of a demonstration: its first entry says so, and
 * goes wherever the database goes, as into a backup that is restored.
 */
async function isDemoLog(databaseUrl: string): Promise<boolean> {
  const client = makeClient(databaseUrl);
  await client.connect();
  try {
    const { rows } = await client.query<{ entry: string }>(
      "select convert_from(entry, 'UTF8') as entry from tlog.entry where seq = 0",
    );
    const [first] = rows;
    return first !== undefined && actionOf(first.entry) === "demo.created";
  } finally {
    await client.end();
  }
}

function actionOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { action?: unknown } | null)?.action;
  } catch {
    return null;
  }
}
