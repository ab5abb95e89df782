import { makeClient } from "@/lib/db/single-client";

const oldestVersion = 17;
const extensions = ["btree_gist", "pg_trgm"];

/**
 * Checks the operator's own PostgreSQL before anything is changed on it: its version, its encoding
 * and the extensions that the migrations create. Throws with what is missing.
 */
export async function requireServer(connectionString: string, variable: string): Promise<void> {
  const client = makeClient(connectionString);
  await client.connect();
  try {
    const { rows } = await client.query<{
      number: number;
      version: string;
      encoding: string;
      extensions: string[];
    }>(
      `select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
        current_setting('server_encoding') as encoding,
        array(select name::text from pg_available_extensions where name = any($1)) as extensions`,
      [extensions],
    );
    const [server] = rows;
    const problem = server && problemOf(server);
    if (problem)
      throw new Error(`The database in ${variable} can't be used: ${problem} Nothing was changed.`);
  } finally {
    await client.end();
  }
}

/** What keeps a server from being used; null if nothing does. */
export function problemOf(
  server: Readonly<{
    number: number;
    version: string;
    encoding: string;
    extensions: readonly string[];
  }>,
): string | null {
  if (server.number < oldestVersion * 10_000)
    return `it is PostgreSQL ${server.version}, and Chancery needs ${oldestVersion} or newer. Upgrade the server.`;
  if (server.encoding !== "UTF8")
    return `its encoding is ${server.encoding}, and Chancery needs UTF8. Create the database with encoding 'UTF8'.`;
  const missing = extensions.filter((name) => !server.extensions.includes(name));
  if (missing.length > 0)
    return `it lacks the extensions ${missing.join(", ")}. Install PostgreSQL's contrib package.`;
  return null;
}
