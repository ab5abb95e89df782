import type pg from "pg";
import { readSchemaState } from "@/lib/db/schema-state";
import { errorMessage } from "@/lib/errors/error-message";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { fail, type Finding, info, ok } from "./finding";
import { makeClient } from "@/lib/db/single-client";

/** Checks connection, version, privileges and schema, connected as the application's role. */
export async function checkDatabase(url: string | undefined): Promise<Finding[]> {
  if (!url)
    return [
      info(
        "database",
        "Not checked: no Chancery is running on this data folder. Start it with npm start.",
      ),
    ];
  const client = makeClient(url);
  try {
    await client.connect();
  } catch (error) {
    return [fail("database", `Cannot connect: ${errorMessage(error)}`)];
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
    "select current_setting('server_version') as version",
  );
  const major = Number.parseInt(row?.version ?? "0", 10);
  return major >= 15
    ? ok("database", `PostgreSQL ${row?.version}`)
    : fail("database", `PostgreSQL ${row?.version} is too old. Version 15 or later is required.`);
}

/**
 * The application may only append to the log. A superuser or the owner of the schema could disable
 * its guards.
 */
async function checkRole(client: pg.Client): Promise<Finding> {
  const {
    rows: [role],
  } = await client.query<{
    name: string;
    powerful: boolean;
    owns: boolean;
    rewrites: boolean;
    enters: boolean;
  }>(`
    select current_user as name, (rolsuper or rolcreaterole or rolbypassrls) as powerful,
      exists (select from pg_namespace where nspname = 'tlog' and pg_has_role(current_user, nspowner, 'MEMBER')) as owns,
      exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'tlog' and c.relname in ('inbox', 'entry')
        and has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE')) as rewrites,
      exists (select from pg_namespace where nspname = 'signer' and has_schema_privilege(oid, 'USAGE')) as enters
    from pg_roles where rolname = current_user`);
  if (!role || role.powerful || role.owns || role.rewrites) {
    return fail(
      "roles",
      `The application connects as ${role?.name}, which can change the log. Use a role without ownership in DATABASE_URL (chancery_app).`,
    );
  }
  if (role.enters)
    return fail(
      "roles",
      `The application connects as ${role.name}, which can enter the schema of the sealed keys. Revoke chancery_signer from it.`,
    );
  return ok(
    "roles",
    `The application connects as ${role.name}, which owns nothing, can only append to the log, and can't reach sealed keys.`,
  );
}

async function checkSchema(url: string): Promise<Finding> {
  try {
    const { pending, unknown } = await readSchemaState(findRepoRoot(), url);
    if (unknown.length > 0)
      return fail(
        "migrations",
        `The database is newer than this version of Chancery. Unknown migrations: ${unknown.join(", ")}. Update Chancery.`,
      );
    return pending.length === 0
      ? ok("migrations", "current")
      : fail(
          "migrations",
          `${pending.length} not applied, starting with ${pending[0]}. Restart with npm start (for your own database, set DATABASE_OWNER_URL).`,
        );
  } catch (error) {
    return fail("migrations", `Cannot be read: ${errorMessage(error)}`);
  }
}
