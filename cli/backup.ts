import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { errorMessage } from "@/lib/errors/error-message";
import { formatBytes } from "@/lib/format/count";
import { recordEntry } from "@/lib/log/record/record-entry";
import { type BackedUp, backUp } from "@/server/backup/back-up";
import { BackupError } from "@/server/backup/backup-error";
import { memoryFolder } from "@/server/backup/manifest";
import { makeFolderSink, makeTarSink } from "@/server/backup/sinks";
import { readSecretFiles } from "@/server/supervise/secret-files";
import { type Command, UsageError } from "./command";
import { commandLineActor } from "./command-line-actor";
import { dataFolder, findRunning, getRunningDeps } from "./connect";

const usage = `chancery backup FOLDER [--without-keys]
chancery backup - [--without-keys]        write a tar archive to standard output

Copies the running Chancery's signer memory and database, as of one moment, into a new folder that only this user can read. Private keys are
sealed with the KEK as they are in the database, or left out with --without-keys; the KEK itself is never part of it. With your own PostgreSQL,
set DATABASE_OWNER_URL or DATABASE_OWNER_URL_FILE.`;

/** Makes a backup of the running Chancery. */
export const backup: Command = {
  name: "backup",
  summary: "copy the database and the signer's memory of the running Chancery, without the KEK",
  usage,
  run: async (args) => {
    const { target, keys } = readArguments(args);
    const deps = getRunningDeps();
    const running = findRunning();
    const now = deps.clock.now();
    const signerFolder =
      process.env.CHANCERY_WITNESS_DIR || running?.signerFolder || join(dataFolder(), "witness");
    const made = await backUp(
      {
        databaseUrl: sourceUrl(running?.backupUrl),
        signerFolder,
        keys,
        now,
      },
      target === "-" ? makeTarSink(process.stdout, now) : makeFolderSink(target),
    );
    const { manifest, manifestSha256, bytes } = made;
    await recordEntry(deps.recorder, commandLineActor(deps), {
      action: "backup.made",
      outcome: "success",
      target: null,
      details: { entries: manifest.log?.entries ?? 0, bytes, keys, manifestSha256 },
    });
    process.stderr.write(describeBackup(made, target, signerFolder));
    return 0;
  },
};

/** The embedded server's role for backups, or the owner of the operator's own database. */
function sourceUrl(backupUrl: string | undefined): string {
  const url = backupUrl ?? readSecretFiles(process.env)["DATABASE_OWNER_URL"];
  if (url) return url;
  throw new BackupError(
    "With your own PostgreSQL, a backup needs a role that reads every table: set DATABASE_OWNER_URL, or DATABASE_OWNER_URL_FILE to a file that contains it.",
  );
}

/** What was copied, and what of the signer's memory was not found. */
export function describeBackup(
  { manifest, bytes, manifestSha256 }: BackedUp,
  target: string,
  signerFolder: string,
): string {
  const { log, keys, files } = manifest;
  const hasMemory = files.some(({ path }) => path.startsWith(`${memoryFolder}/`));
  return [
    `${log?.entries ?? 0} entries of ${log?.origin ?? "no log"}, ${formatBytes(bytes)}, ${target === "-" ? "written to standard output" : `in ${resolve(target)}`}.`,
    keys === "sealed"
      ? "Private keys are in it, sealed. Keep the KEK in another place: without it they can't be opened."
      : "No private keys are in it.",
    ...(hasMemory || log === null
      ? []
      : [
          `WITHOUT the signer's memory: ${signerFolder} has none. What it remembers, such as the numbers of CRLs, would be missing after a restore elsewhere. Set CHANCERY_WITNESS_DIR to its folder, and make another backup.`,
        ]),
    `SHA-256 of the manifest, also in the audit log: ${manifestSha256}`,
    "",
  ].join("\n");
}

function readArguments(args: readonly string[]): { target: string; keys: "sealed" | "none" } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { "without-keys": { type: "boolean", default: false } },
      strict: true,
      allowPositionals: true,
    });
    const [target, ...rest] = positionals;
    if (target === undefined || rest.length > 0)
      throw new Error("Name one folder, or - for standard output.");
    return { target, keys: values["without-keys"] ? "none" : "sealed" };
  } catch (error) {
    throw new UsageError(`${errorMessage(error)}\n\n${usage}`);
  }
}
