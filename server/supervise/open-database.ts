import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { migrate, requireCurrentSchema } from "./migrate";
import { APP_ROLE, ensureDatabase, setUpRoles } from "./postgres/roles";
import { startPostgres } from "./postgres/start-server";

/** The database of this Chancery, migrated. `stop` and `abort` concern the embedded server only. */
export interface OpenedDatabase {
  readonly appUrl: string;
  readonly what: string;
  readonly stop: () => Promise<void>;
  readonly abort: () => void;
}

export interface DatabaseOptions {
  readonly root: string;
  readonly dataFolder: string;
  readonly settings: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
  /** Says what is being done, and how long it took when it is done. */
  readonly step: <T>(what: string, work: () => Promise<T>) => Promise<T>;
}

const DATABASE = "chancery";
const OUTSIDE_PATIENCE_MS = 60_000;

/** Opens the database that DATABASE_URL names, or the embedded one in the data folder, and brings its schema up to date. */
export function openOwnDatabase(options: DatabaseOptions): Promise<OpenedDatabase> {
  const { DATABASE_URL: appUrl, DATABASE_OWNER_URL: ownerUrl } = options.settings;
  if (appUrl) return openOutside(options, appUrl, ownerUrl ?? "");
  if (ownerUrl)
    throw new Error(
      "DATABASE_OWNER_URL is set without DATABASE_URL. Set both to use a server of your own, or neither.",
    );
  return openEmbedded(options);
}

async function openEmbedded(options: DatabaseOptions): Promise<OpenedDatabase> {
  const folder = join(options.dataFolder, "pg");
  const server = await options.step("PostgreSQL", () =>
    startPostgres({ root: options.root, folder, durable: true, say: options.say }),
  );
  try {
    const urls = await setUpRoles(server);
    await ensureDatabase(server, DATABASE);
    const { appUrl, ownerUrl } = urls(DATABASE);
    await options.step("migrations", () => migrate(options.root, ownerUrl, APP_ROLE));
    return { appUrl, what: `embedded, in ${folder}`, stop: server.stop, abort: server.abort };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function openOutside(
  options: DatabaseOptions,
  appUrl: string,
  ownerUrl: string,
): Promise<OpenedDatabase> {
  await options.step("database", () => waitForAnswer(appUrl, "DATABASE_URL", options.say));
  if (ownerUrl) {
    await waitForAnswer(ownerUrl, "DATABASE_OWNER_URL", options.say);
    await options.step("migrations", () => migrate(options.root, ownerUrl, userOf(appUrl)));
  } else {
    await requireCurrentSchema(options.root, appUrl);
  }
  return { appUrl, what: "your own server (DATABASE_URL)", stop: async () => {}, abort: () => {} };
}

function userOf(url: string): string {
  return decodeURIComponent(new URL(url).username) || APP_ROLE;
}

/** Servers start beside each other: one that does not listen yet gets a minute, one that refuses us does not. */
async function waitForAnswer(
  connectionString: string,
  variable: string,
  say: (line: string) => void,
): Promise<void> {
  for (const began = Date.now(); ; await pause(500)) {
    const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 });
    client.on("error", () => {});
    try {
      await client.connect();
      return await client.end();
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      const mayCome =
        code === "ECONNREFUSED" ||
        code === "ENOENT" ||
        code === "EAI_AGAIN" ||
        code === "57P03" ||
        /timeout/.test(message);
      if (!mayCome || Date.now() - began > OUTSIDE_PATIENCE_MS)
        throw new Error(`The database that ${variable} names cannot be used: ${message || code}.`, {
          cause: error,
        });
      if (Date.now() - began < 500)
        say(`the database that ${variable} names does not answer yet; waiting up to a minute`);
    }
  }
}

/** Whether keys are sealed in this database, so that the key which seals them may not be made anew. */
export async function hasSealedKeys(appUrl: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: appUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ some: boolean }>(
      "SELECT EXISTS (SELECT FROM signing_key) OR EXISTS (SELECT FROM tlog.log) AS some",
    );
    return rows[0]?.some ?? false;
  } finally {
    await client.end();
  }
}
