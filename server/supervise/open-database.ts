import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { appRole, ensureDatabase, setUpRoles } from "@/server/supervise/postgres/roles";
import { describeServerUser } from "@/server/supervise/postgres/run-as";
import { startPostgres } from "@/server/supervise/postgres/start-server";
import { requireServer } from "./requirements/require-server";
import { requireSignerRole, userOf } from "./signer-role";
import { migrate, requireCurrentSchema } from "./migrate";
import { makeClient } from "@/lib/db/single-client";

/** The database of this Chancery, migrated. `stop` and `abort` concern the embedded server only. */
export type OpenedDatabase = Readonly<{
  appUrl: string;
  /** The connection of the signer's role, for the signer process alone. */
  signerUrl: string;
  /** The connection of a role that reads every table; null where the operator's server has it. */
  backupUrl: string | null;
  description: string;
  stop: () => Promise<void>;
  abort: () => void;
}>;

export type DatabaseOptions = Readonly<{
  root: string;
  dataFolder: string;
  settings: NodeJS.ProcessEnv;
  print: (line: string) => void;
  /** How many gateways connect. */
  workers?: number;
  /** The group of the processes that connect, where they have their own users. */
  clients?: number;
  /** Called with the connection of the signer's role before anything is migrated. */
  beforeMigrations: (signerUrl: string) => Promise<void>;
  /** Runs a step of the start and prints how long it took. */
  step: <T>(what: string, work: () => Promise<T>) => Promise<T>;
}>;

/** The database of the embedded server. */
export const databaseName = "chancery";
/** What the processes of a Chancery with one gateway open at most, with room for people and tools. */
const connectionsOfOne = 120;
/** What each further gateway opens at most. */
const connectionsOfEach = 45;
const externalTimeoutMs = 60_000;

/**
 * Opens the database that DATABASE_URL names, or the embedded one in the data folder, and brings
 * its schema up to date.
 */
export function openSupervisedDatabase(options: DatabaseOptions): Promise<OpenedDatabase> {
  const { DATABASE_URL: appUrl, DATABASE_OWNER_URL: ownerUrl } = options.settings;
  if (appUrl) return openExternal(options, appUrl, ownerUrl ?? "");
  for (const name of ["DATABASE_OWNER_URL", "DATABASE_SIGNER_URL"])
    if (options.settings[name])
      throw new Error(
        `${name} is set without DATABASE_URL. Set both to use your own server, or neither.`,
      );
  return openEmbedded(options);
}

async function openEmbedded(options: DatabaseOptions): Promise<OpenedDatabase> {
  const folder = join(options.dataFolder, "pg");
  const server = await options.step("PostgreSQL", () =>
    startPostgres({
      root: options.root,
      folder,
      durable: true,
      connections: connectionsOfOne + ((options.workers ?? 1) - 1) * connectionsOfEach,
      print: options.print,
      ...(options.clients === undefined ? {} : { clients: options.clients }),
    }),
  );
  try {
    const urls = await setUpRoles(server);
    await ensureDatabase(server, databaseName);
    const { appUrl, ownerUrl, signerUrl, backupUrl } = urls(databaseName);
    await options.beforeMigrations(signerUrl);
    await options.step("migrations", () => migrate(options.root, ownerUrl, appRole));
    return {
      appUrl,
      signerUrl,
      backupUrl,
      description: `embedded, in ${folder}${describeServerUser(folder)}`,
      stop: server.stop,
      abort: server.abort,
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function openExternal(
  options: DatabaseOptions,
  appUrl: string,
  ownerUrl: string,
): Promise<OpenedDatabase> {
  await options.step("database", () => waitForServer(appUrl, "DATABASE_URL", options.print));
  await requireServer(appUrl, "DATABASE_URL");
  const signerUrl = await requireSignerRole(appUrl, options.settings["DATABASE_SIGNER_URL"]);
  await waitForServer(signerUrl, "DATABASE_SIGNER_URL", options.print);
  await options.beforeMigrations(signerUrl);
  if (ownerUrl) {
    await waitForServer(ownerUrl, "DATABASE_OWNER_URL", options.print);
    await options.step("migrations", () => migrate(options.root, ownerUrl, userOf(appUrl)));
  } else {
    await requireCurrentSchema(options.root, appUrl);
  }
  return {
    appUrl,
    signerUrl,
    backupUrl: null,
    description: "your own server (DATABASE_URL)",
    stop: async () => {},
    abort: () => {},
  };
}

/**
 * Waits up to a minute for a server that is not listening yet. One that refuses the connection is
 * an error at once.
 */
async function waitForServer(
  connectionString: string,
  variable: string,
  say: (line: string) => void,
): Promise<void> {
  for (const startedAt = Date.now(); ; await pause(500)) {
    const client = makeClient(connectionString);
    try {
      await client.connect();
      return await client.end();
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      const mayBeStarting =
        code === "ECONNREFUSED" ||
        code === "ENOENT" ||
        code === "EAI_AGAIN" ||
        code === "57P03" ||
        /timeout/.test(message);
      if (!mayBeStarting || Date.now() - startedAt > externalTimeoutMs)
        throw new Error(`Can't connect to the database in ${variable}: ${message || code}.`, {
          cause: error,
        });
      if (Date.now() - startedAt < 500)
        say(`the database in ${variable} does not respond yet; waiting up to a minute`);
    }
  }
}
