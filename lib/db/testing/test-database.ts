import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import pg from "pg";

/** A database of one test file alone, with the current schema. `drop` ends its connections and removes it. */
export type TestDatabase = Readonly<{
  appUrl: string;
  ownerUrl: string;
  superUrl: string;
  drop: () => Promise<void>;
}>;

type Server = Readonly<{ template: string; appUrl: string; ownerUrl: string; superUrl: string }>;

/**
 * Makes an own, migrated, empty database as a copy of the template; tens of milliseconds, after two seconds for the
 * first of a run. Works inside vitest only, whose global set-up starts the server.
 */
export async function makeTestDatabase(): Promise<TestDatabase> {
  const server = await askForServer();
  const name = `test_${randomBytes(8).toString("hex")}`;
  await administer(server, [
    `CREATE DATABASE ${name} OWNER chancery_owner TEMPLATE ${server.template}`,
    `REVOKE ALL ON DATABASE ${name} FROM PUBLIC`,
    `GRANT CONNECT ON DATABASE ${name} TO chancery_app`,
  ]);
  return {
    appUrl: inDatabase(server.appUrl, name),
    ownerUrl: inDatabase(server.ownerUrl, name),
    superUrl: inDatabase(server.superUrl, name),
    drop: () => administer(server, [`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`]),
  };
}

const inDatabase = (url: string, name: string) => url.replace("/DATABASE?", `/${name}?`);

async function askForServer(): Promise<Server> {
  const path = process.env.CHANCERY_TEST_POSTGRES;
  if (!path)
    throw new Error(
      "Database tests run in vitest, whose global set-up starts PostgreSQL: npx vitest run FILE.",
    );
  const socket = connect(path);
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  const answer = JSON.parse(text) as Server | { error: string };
  if ("error" in answer) throw new Error(answer.error);
  return answer;
}

async function administer(server: Server, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: inDatabase(server.superUrl, "postgres") });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
