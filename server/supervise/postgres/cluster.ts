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
import { runPostgresTool, workingFolder, type ToolPlace } from "./run-tool";
import { makeScramVerifier } from "./scram-verifier";

const MAJOR = "18";

/** Sockets only, passwords only: even the operating system's root needs the password of this start. */
const ACCESS = "# Written by Chancery at each start.\nlocal all all scram-sha-256\n";

/** Makes the cluster if the folder has none; refuses one that another major version wrote. A half-made one is made anew. */
export async function ensureCluster(
  place: ToolPlace,
  options: { durable: boolean },
): Promise<{ made: boolean }> {
  const version = join(place.folder, "PG_VERSION");
  const made = !existsSync(version);
  if (made) await makeCluster(place, options.durable);
  const found = readFileSync(version, "utf8").trim();
  if (found !== MAJOR)
    throw new Error(
      `${place.folder} was written by PostgreSQL ${found}; this Chancery brings PostgreSQL ${MAJOR}. Keep the folder and restore from a backup of the older version.`,
    );
  own(place, writeAccess(place.folder));
  return { made };
}

async function makeCluster(place: ToolPlace, durable: boolean): Promise<void> {
  const unfinished = `${place.folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  own(place, unfinished);
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
  rmSync(place.folder, { recursive: true, force: true }); // without PG_VERSION it is no cluster
  renameSync(unfinished, place.folder);
}

function writeAccess(folder: string): string {
  const path = join(folder, "pg_hba.conf");
  writeFileSync(path, ACCESS, { mode: 0o600 });
  return path;
}

function own(place: ToolPlace, path: string): void {
  if (place.user.uid !== undefined)
    chownSync(path, place.user.uid, place.user.gid ?? place.user.uid);
}

/** Sets the superuser's password while no server runs, so nobody who did not hear it from us can ever use that role. */
export async function setSuperuserPassword(place: ToolPlace, password: string): Promise<void> {
  const settings = ["-c", "exit_on_error=true", "-c", "log_min_messages=fatal"];
  const statement = `ALTER ROLE postgres PASSWORD '${makeScramVerifier(password)}'\n`;
  await runPostgresTool(
    place,
    "postgres",
    ["--single", "-D", workingFolder, ...settings, "postgres"],
    statement,
  );
}
