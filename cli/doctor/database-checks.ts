import pg from "pg";
import { readSchemaState } from "@/lib/db/schema-state";
import { findRepoRoot } from "@/lib/runtime-root";
import { bad, note, ok, type Finding } from "./finding";

/** Reachability, the application's rights, and the schema. Everything is asked as the application's role. */
export async function checkDatabase(url: string | undefined): Promise<Finding[]> {
  if (!url)
    return [
      note(
        "database",
        "no Chancery runs on this data folder, so its database is not running either: npm start",
      ),
    ];
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    return [bad("database", `cannot be reached: ${(error as Error).message}`)];
  }
  try {
    return [await checkVersion(client), await checkRole(client), await checkSchema(url)];
  } finally {
    await client.end();
  }
}

async function checkVersion(client: pg.Client): Promise<Finding> {
  const {
    rows: [row],
  } = await client.query<{ version: string }>(
    "SELECT current_setting('server_version') AS version",
  );
  const major = Number.parseInt(row?.version ?? "0", 10);
  return major >= 15
    ? ok("database", `PostgreSQL ${row?.version}`)
    : bad("database", `PostgreSQL ${row?.version} is too old: 15 or newer is needed`);
}

/** The application may add to the log and nothing else; a superuser or the owner could take the guards away. */
async function checkRole(client: pg.Client): Promise<Finding> {
  const {
    rows: [role],
  } = await client.query<{ name: string; powerful: boolean; owns: boolean; rewrites: boolean }>(`
    SELECT current_user AS name, (rolsuper OR rolcreaterole OR rolbypassrls) AS powerful,
      EXISTS (SELECT FROM pg_namespace WHERE nspname = 'tlog' AND pg_has_role(current_user, nspowner, 'MEMBER')) AS owns,
      EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'tlog' AND c.relname IN ('inbox', 'entry')
        AND has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE')) AS rewrites
    FROM pg_roles WHERE rolname = current_user`);
  if (!role || role.powerful || role.owns || role.rewrites) {
    return bad(
      "roles",
      `the application connects as ${role?.name}, which could alter the log: give DATABASE_URL a role that owns nothing (chancery_app)`,
    );
  }
  return ok(
    "roles",
    `the application is ${role.name}: it owns nothing and can only add to the log`,
  );
}

async function checkSchema(url: string): Promise<Finding> {
  try {
    const { pending, unknown } = await readSchemaState(findRepoRoot(), url);
    if (unknown.length > 0)
      return bad("migrations", `the database is newer than this clone: ${unknown.join(", ")}`);
    return pending.length === 0
      ? ok("migrations", "current")
      : bad(
          "migrations",
          `${pending.length} not applied, the first is ${pending[0]}: restart with npm start (or set DATABASE_OWNER_URL)`,
        );
  } catch (error) {
    return bad("migrations", `cannot be read: ${(error as Error).message}`);
  }
}
