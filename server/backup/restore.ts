import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Actor } from "@/lib/access/actor";
import { errorMessage } from "@/lib/errors/error-message";
import { listMigrations } from "@/lib/db/schema-state";
import type { Clock, Random } from "@/lib/runtime/clock";
import { prepareDataFolder, signerFolder } from "@/server/supervise/data-folder";
import { DataFolderBusy, lockDataFolder } from "@/server/supervise/data-lock";
import { databaseName } from "@/server/supervise/open-database";
import { stopOrphan } from "@/server/supervise/postgres/find-orphan";
import { ensureDatabase, setUpRoles } from "@/server/supervise/postgres/roles";
import { startPostgres } from "@/server/supervise/postgres/start-server";
import { requireServer } from "@/server/supervise/requirements/require-server";
import { readSecretFiles } from "@/server/supervise/secret-files";
import { readKek } from "@/server/supervise/secrets";
import { requireSignerRole } from "@/server/supervise/signer-role";
import { BackupError, inWords } from "./backup-error";
import { checkBackup, type CheckedBackup } from "./check-backup";
import { fillDatabase, type Filled, type FillOptions, type RoleUrls } from "./fill-database";
import { requireEmpty } from "./load-database";
import { compareMemory, restoreMemory, type SignerMemory } from "./memory";
import { makeClient } from "@/lib/db/single-client";

export type RestoreOptions = Readonly<{
  root: string;
  /** The backup. */
  folder: string;
  /** Where Chancery is to run on what was restored. */
  dataFolder: string;
  /** As they will be at the start: databases, KEK, the signer's folder. */
  settings: Readonly<Record<string, string | undefined>>;
  withProblems: boolean;
  actor: Actor;
  clock: Clock;
  random: Random;
  onProgress: (text: string) => void;
}>;

export type Restored = Readonly<{
  backup: CheckedBackup;
  filled: Filled;
  memory: SignerMemory;
  memoryFiles: ReturnType<typeof restoreMemory>;
  signerFolder: string;
  /** Where the database is now: the folder, or the operator's server. */
  database: string;
}>;

/**
 * Restores a backup into an empty data folder, or into an empty database of the operator's server.
 * Everything is checked and rehearsed in a temporary database before anything is put in place. The
 * signer's memory is never replaced by an older one. Throws BackupError with what is wrong.
 */
export async function restoreBackup(given: RestoreOptions): Promise<Restored> {
  const { root, dataFolder, onProgress } = given;
  const settings = readSecretFiles(given.settings as NodeJS.ProcessEnv);
  onProgress("checking the files");
  const backup = await checkBackup(given.folder, listMigrations(root));
  prepareDataFolder(dataFolder);
  const lock = await lockDataFolder(dataFolder).catch((error: unknown) => {
    throw error instanceof DataFolderBusy ? new BackupError(error.message) : error;
  });
  try {
    const own = await findOwnServer(settings);
    if (own === null) requireNoCluster(dataFolder);
    const folder = signerFolder(settings, dataFolder);
    const memory = compareMemory(folder, backup.manifest.log);
    const kek = backup.manifest.keys === "none" ? null : readKek(dataFolder, settings, true);
    const options = { ...given, backup, memory, signerFolder: folder, kek };
    const rehearsed = await rehearse(options, dataFolder, own === null);
    let filled = rehearsed.filled;
    try {
      if (own === null) renameSync(rehearsed.cluster, clusterOf(dataFolder));
      else filled = await fillDatabase(options, own).catch(afterRehearsal);
    } finally {
      await removeRehearsal(dataFolder);
    }
    const memoryFiles = restoreMemory(backup.folder, folder);
    const database = own === null ? clusterOf(dataFolder) : "your own server (DATABASE_URL)";
    return { backup, filled, memory, memoryFiles, signerFolder: folder, database };
  } catch (error) {
    return inWords(error);
  } finally {
    lock.release();
  }
}

/** What went well in the rehearsal failed on the operator's server, which may hold a part of it. */
function afterRehearsal(error: unknown): never {
  throw new BackupError(
    `${errorMessage(error)}\nThe rehearsal in a temporary database went well. If the database in DATABASE_URL isn't empty now, make a new one before you try again.`,
    { cause: error },
  );
}

const clusterOf = (dataFolder: string): string => join(dataFolder, "pg");
const rehearsalOf = (dataFolder: string): string => join(dataFolder, "restore");

function requireNoCluster(dataFolder: string): void {
  const cluster = clusterOf(dataFolder);
  if (existsSync(cluster) && readdirSync(cluster).length > 0)
    throw new BackupError(
      `${dataFolder} holds a database already, in ${cluster}. Restore into another folder with --to, or move ${cluster} away first; keep its witness folder where it is.`,
    );
  rmSync(cluster, { recursive: true, force: true });
}

/** The operator's server, checked: all three roles, and an empty database. */
async function findOwnServer(settings: NodeJS.ProcessEnv): Promise<RoleUrls | null> {
  const { DATABASE_URL: appUrl, DATABASE_OWNER_URL: ownerUrl } = settings;
  if (!appUrl) return null;
  if (!ownerUrl)
    throw new BackupError(
      "DATABASE_OWNER_URL is not set: the tables are made and filled by the role that owns them.",
    );
  await requireServer(appUrl, "DATABASE_URL");
  const signerUrl = await requireSignerRole(appUrl, settings["DATABASE_SIGNER_URL"]);
  const client = makeClient(ownerUrl);
  await client.connect();
  try {
    await requireEmpty(client);
  } finally {
    await client.end();
  }
  return { appUrl, ownerUrl, signerUrl };
}

/**
 * Restores into a temporary server in the data folder, and stops it. What it made is put in place
 * by a change of its name, or was only the rehearsal.
 */
async function rehearse(
  options: FillOptions,
  dataFolder: string,
  isKept: boolean,
): Promise<Readonly<{ filled: Filled; cluster: string }>> {
  await removeRehearsal(dataFolder);
  const cluster = join(rehearsalOf(dataFolder), "pg");
  options.onProgress("starting a temporary PostgreSQL");
  const server = await startPostgres({
    root: options.root,
    folder: cluster,
    durable: isKept,
    print: options.onProgress,
  });
  try {
    const urls = await setUpRoles(server);
    await ensureDatabase(server, databaseName);
    const filled = await fillDatabase(options, urls(databaseName));
    await server.stop();
    return { filled, cluster };
  } catch (error) {
    await server.stop();
    await removeRehearsal(dataFolder);
    throw error;
  }
}

/** Also what an interrupted one left behind. */
async function removeRehearsal(dataFolder: string): Promise<void> {
  const folder = rehearsalOf(dataFolder);
  if (!existsSync(folder)) return;
  await stopOrphan(join(folder, "pg"));
  rmSync(folder, { recursive: true, force: true });
}
