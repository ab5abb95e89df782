import { randomBytes } from "node:crypto";
import { get } from "node:http";
import { text } from "node:stream/consumers";
import pg from "pg";

/**
 * A database of one test file alone, with the current schema. `drop` ends its connections and
 * removes it.
 */
export type TestDatabase = Readonly<{
  appUrl: string;
  ownerUrl: string;
  signerUrl: string;
  superUrl: string;
  drop: () => Promise<void>;
}>;

/** What a new database holds: the current schema and nothing else, or a completed set-up as well. */
export type TemplateName = "empty" | "ca";

type Server = Readonly<{ template: string }> &
  Pick<TestDatabase, "appUrl" | "ownerUrl" | "signerUrl" | "superUrl">;

/**
 * Creates a migrated database as a copy of a template. That takes tens of milliseconds, after two
 * seconds for the first of a run. Works inside vitest only, whose global set-up starts the server.
 */
export async function createTestDatabase(template: TemplateName = "empty"): Promise<TestDatabase> {
  const server = await findServer(template);
  const name = `test_${randomBytes(8).toString("hex")}`;
  await administer(server, [
    // The server's other strategy writes each page to the WAL and to the files.
    `create database ${name} owner chancery_owner template ${server.template} strategy file_copy`,
    `revoke all on database ${name} from public`,
    `grant connect on database ${name} to chancery_app, chancery_signer`,
  ]);
  return {
    appUrl: inDatabase(server.appUrl, name),
    ownerUrl: inDatabase(server.ownerUrl, name),
    signerUrl: inDatabase(server.signerUrl, name),
    superUrl: inDatabase(server.superUrl, name),
    drop: () => administer(server, [`drop database if exists ${name} with (force)`]),
  };
}

const inDatabase = (url: string, name: string) => url.replace("/DATABASE?", `/${name}?`);

/** The server of this run, once the template exists. */
async function findServer(template: TemplateName): Promise<Server> {
  const socketPath = process.env.CHANCERY_TEST_POSTGRES;
  if (!socketPath)
    throw new Error(
      "Database tests run in vitest, whose global set-up starts PostgreSQL: npm run unit -- FILE.",
    );
  const answer = await new Promise<string>((resolve, reject) => {
    get({ socketPath, path: `/${template}` }, (response) => {
      text(response).then(resolve, reject);
    }).on("error", reject);
  });
  const server = JSON.parse(answer) as Server | { error: string };
  if ("error" in server) throw new Error(server.error);
  return server;
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
