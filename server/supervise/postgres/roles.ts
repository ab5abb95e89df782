import pg from "pg";
import { makePassword, makeScramVerifier } from "./scram-verifier";
import { socketUrl, type PostgresServer } from "./start-server";

/** The two roles of every Chancery: the owner migrates and owns the schemas, the application does everything else. */
export const OWNER_ROLE = "chancery_owner",
  APP_ROLE = "chancery_app";

/** Addresses for one database, by role. */
export interface DatabaseUrls {
  readonly appUrl: string;
  readonly ownerUrl: string;
}

/** Makes both roles if missing, gives them passwords that are new at every start, and returns addresses for any database. */
export async function setUpRoles(
  server: PostgresServer,
): Promise<(database: string) => DatabaseUrls> {
  const owner = makePassword(),
    app = makePassword();
  await asSuperuser(server, "postgres", async (client) => {
    await setRole(client, OWNER_ROLE, owner);
    await setRole(client, APP_ROLE, app);
  });
  return (database) => ({
    ownerUrl: socketUrl(server.socketFolder, OWNER_ROLE, owner, database),
    appUrl: socketUrl(server.socketFolder, APP_ROLE, app, database),
  });
}

async function setRole(client: pg.Client, role: string, password: string): Promise<void> {
  const { rowCount } = await client.query("SELECT FROM pg_roles WHERE rolname = $1", [role]);
  const rights = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS";
  await client.query(
    `${rowCount ? "ALTER" : "CREATE"} ROLE ${role} WITH ${rights} PASSWORD '${makeScramVerifier(password)}'`,
  );
}

/** Makes a database that the owner owns and only the two roles may enter; does nothing if it exists. */
export async function ensureDatabase(
  server: PostgresServer,
  database: string,
  template = "template1",
): Promise<void> {
  await asSuperuser(server, "postgres", async (client) => {
    const name = pg.escapeIdentifier(database);
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [
      database,
    ]);
    if (!rowCount)
      await client.query(
        `CREATE DATABASE ${name} OWNER ${OWNER_ROLE} TEMPLATE ${pg.escapeIdentifier(template)}`,
      );
    await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
    await client.query(`GRANT CONNECT ON DATABASE ${name} TO ${APP_ROLE}`);
  });
}

/** One short piece of work as the superuser, whose password only this process knows. */
export async function asSuperuser<T>(
  server: PostgresServer,
  database: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: server.superUrl(database) });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
