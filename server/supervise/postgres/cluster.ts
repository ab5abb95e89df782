import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { runPostgresTool, type ToolContext, workingFolder } from "./run-tool";
import { makeScramVerifier } from "./scram-verifier";

const majorVersion = "18";

/** Unix sockets and passwords only: even root needs the password, which is new at each start. */
const hbaText = "# Written by Chancery at each start.\nlocal all all scram-sha-256\n";

/**
 * Creates the cluster if there is none, also after an interrupted initdb; throws if another major
 * version wrote it.
 */
export async function ensureCluster(
  place: ToolContext,
  options: { durable: boolean },
): Promise<{ made: boolean }> {
  const version = join(place.folder, "PG_VERSION");
  const made = !existsSync(version);
  if (made) await initCluster(place, options.durable);
  const existing = readFileSync(version, "utf8").trim();
  if (existing !== majorVersion)
    throw new Error(
      `${place.folder} was written by PostgreSQL ${existing}; this version of Chancery includes PostgreSQL ${majorVersion}. Keep the folder, and restore from a backup made with the older version.`,
    );
  chownToServer(place, writeHba(place.folder));
  return { made };
}

async function initCluster(place: ToolContext, durable: boolean): Promise<void> {
  const unfinished = `${place.folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  chownToServer(place, unfinished);
  const args = [
    "-D",
    workingFolder,
    "-U",
    "postgres",
    "-A",
    "reject",
    "-E",
    "UTF8",
    "--locale=C",
    "--data-checksums",
  ];
  await runPostgresTool(
    { ...place, folder: unfinished },
    "initdb",
    durable ? args : [...args, "--no-sync"],
  );
  rmSync(place.folder, { recursive: true, force: true }); // not a cluster without PG_VERSION
  renameSync(unfinished, place.folder);
}

function writeHba(folder: string): string {
  const path = join(folder, "pg_hba.conf");
  writeFileSync(path, hbaText, { mode: 0o600 });
  return path;
}

function chownToServer(place: ToolContext, path: string): void {
  if (place.user.uid !== undefined)
    chownSync(path, place.user.uid, place.user.gid ?? place.user.uid);
}

/**
 * Sets the superuser's password while no server is running, so that only this process can use that
 * role.
 */
export async function setSuperuserPassword(place: ToolContext, password: string): Promise<void> {
  const settings = ["-c", "exit_on_error=true", "-c", "log_min_messages=fatal"];
  const statement = `alter role postgres password '${makeScramVerifier(password)}'\n`;
  await runPostgresTool(
    place,
    "postgres",
    ["--single", "-D", workingFolder, ...settings, "postgres"],
    statement,
  );
}
