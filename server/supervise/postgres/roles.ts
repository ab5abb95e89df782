import pg from "pg";
import { makePassword, makeScramVerifier } from "./scram-verifier";
import { type PostgresServer, socketUrl } from "./start-server";
import { makeClient } from "@/lib/db/single-client";

/**
 * The database roles: the owner owns and migrates the schemas, the application uses them, and the
 * signer alone enters the schema of the sealed keys.
 */
const ownerRole = "chancery_owner";
export const appRole = "chancery_app";
export const signerRole = "chancery_signer";
/** Reads every table for a backup, and writes none. Only the embedded server has it. */
const backupRole = "chancery_backup";

/** Connection URLs for one database, by role. */
export type DatabaseUrls = Readonly<{
  appUrl: string;
  ownerUrl: string;
  signerUrl: string;
  backupUrl: string;
}>;

/**
 * Creates the roles if missing, sets new passwords at every start, and returns connection URLs for
 * any database.
 */
export async function setUpRoles(
  server: PostgresServer,
): Promise<(database: string) => DatabaseUrls> {
  const owner = makePassword(),
    app = makePassword(),
    signer = makePassword(),
    backup = makePassword();
  await asSuperuser(server, "postgres", async (client) => {
    await setRole(client, ownerRole, owner);
    await setRole(client, appRole, app);
    await setRole(client, signerRole, signer);
    await setRole(client, backupRole, backup);
    await client.query(`grant pg_read_all_data to ${backupRole}`);
    await client.query(`alter role ${backupRole} set default_transaction_read_only = on`);
  });
  return (database) => ({
    ownerUrl: socketUrl(server.socketFolder, ownerRole, owner, database),
    appUrl: socketUrl(server.socketFolder, appRole, app, database),
    signerUrl: socketUrl(server.socketFolder, signerRole, signer, database),
    backupUrl: socketUrl(server.socketFolder, backupRole, backup, database),
  });
}

async function setRole(client: pg.Client, role: string, password: string): Promise<void> {
  const { rowCount } = await client.query("select from pg_roles where rolname = $1", [role]);
  const attributes = "login nosuperuser nocreatedb nocreaterole noreplication nobypassrls";
  await client.query(
    `${rowCount ? "alter" : "create"} role ${role} with ${attributes} password '${makeScramVerifier(password)}'`,
  );
}

/** Creates a database of the owner's that only these roles may connect to, unless it exists. */
export async function ensureDatabase(
  server: PostgresServer,
  database: string,
  template = "template1",
): Promise<void> {
  await asSuperuser(server, "postgres", async (client) => {
    const name = pg.escapeIdentifier(database);
    const { rowCount } = await client.query("select from pg_database where datname = $1", [
      database,
    ]);
    if (!rowCount)
      await client.query(
        `create database ${name} owner ${ownerRole} template ${pg.escapeIdentifier(template)}`,
      );
    await client.query(`revoke all on database ${name} from public`);
    await client.query(
      `grant connect on database ${name} to ${appRole}, ${signerRole}, ${backupRole}`,
    );
  });
}

/** Making a database copies files, which takes its time on a slow disk. */
const createDatabaseMs = 120_000;

/** Runs work as the superuser, whose password only this process knows. */
async function asSuperuser<T>(
  server: PostgresServer,
  database: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = makeClient(server.superUrl(database), { statementTimeoutMs: createDatabaseMs });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
