import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { errorMessage } from "@/lib/errors/error-message";
import { world } from "@/lib/runtime/get-deps";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { listProblems } from "@/server/backup/fill-database";
import { restoreBackup, type Restored } from "@/server/backup/restore";
import { type Command, UsageError } from "./command";
import { commandLineActor } from "./command-line-actor";
import { dataFolder } from "./connect";

const usage = `chancery restore FOLDER [--to DATA] [--with-problems]

Restores a backup into a data folder without a database (CHANCERY_DATA by default), or into the empty database in DATABASE_URL. Chancery
doesn't run there meanwhile. Checks every file, then restores into a temporary database, migrates it, opens a key with the KEK and verifies the
whole log, before anything is put in place. Put the KEK in place first: kek in the data folder, CHANCERY_KEK_FILE or CHANCERY_KEK.
  --to             the data folder
  --with-problems  restore although the log doesn't verify, because the original doesn't either`;

/** As they were given: `connectToRunning` adds the database of a Chancery that runs elsewhere. */
const settings = { ...process.env };

/** Restores a backup. */
export const restore: Command = {
  name: "restore",
  summary: "check and rehearse a backup, and restore it into an empty place",
  usage,
  run: async (args) => {
    const { folder, to, withProblems } = readArguments(args);
    const restored = await restoreBackup({
      ...world,
      root: findRepoRoot(),
      folder: resolve(folder),
      dataFolder: to === undefined ? dataFolder() : resolve(to),
      settings,
      withProblems,
      actor: commandLineActor(world),
      onProgress: makeProgress(),
    });
    process.stdout.write(describe(restored));
    return 0;
  },
};

/** On a terminal one line that changes; nothing elsewhere. */
function makeProgress(): (text: string) => void {
  const { stderr } = process;
  return (text) => {
    if (stderr.isTTY) stderr.write(`\r\u001B[K${text.slice(0, (stderr.columns ?? 80) - 1)}`);
  };
}

function describe(restored: Restored): string {
  const { backup, filled, database, memoryFiles, signerFolder } = restored;
  const { log, takenAt, keys } = backup.manifest;
  return [
    process.stderr.isTTY ? "\r\u001B[K" : "",
    `Restored the backup of ${takenAt}: ${filled.entries} entries of ${log?.origin ?? "no log"}, in ${database}.\n`,
    filled.problems.length === 0
      ? "The whole log was verified.\n"
      : `The log has problems, which were accepted:\n${listProblems(filled.problems)}\n`,
    keys === "none" ? "The backup has no private keys: nothing can be signed.\n" : "",
    `Memory of the signer in ${signerFolder}: ${memoryFiles.kept} files kept, ${memoryFiles.copied} copied from the backup.\n`,
    `\nNext: ${nextStep(restored)}\n`,
  ].join("");
}

function nextStep({ memory, filled, backup }: Restored): string {
  const origin = backup.manifest.log?.origin ?? "";
  if (memory.state === "unknown")
    return `start Chancery. The log is halted, because only the signer of the original knows whether more was signed as ${origin} after the backup. Then continue it under a new name:
  npx chancery log continue --comment 'why it was restored'
If the signer's folder of the original is still there, restore again next to it instead: CHANCERY_WITNESS_DIR.`;
  if (memory.state === "other-log")
    return `start Chancery. The signer remembers the log ${memory.origin}, which the backup doesn't have, so the log halts. Restore a newer backup if there is one; else continue the log under a new name:
  npx chancery log continue --comment 'why it was restored'`;
  if (memory.state === "kept" && memory.size > filled.entries)
    return `start Chancery. The signer remembers ${memory.size} entries, so ${memory.size - filled.entries} are missing and the log halts. Restore a newer backup if there is one; else continue the log under a new name:
  npx chancery log continue --comment 'why it was restored'`;
  return "start Chancery. The signer remembers nothing that is missing, so the log continues under its name.";
}

function readArguments(args: readonly string[]): {
  folder: string;
  to: string | undefined;
  withProblems: boolean;
} {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        to: { type: "string" },
        "with-problems": { type: "boolean", default: false },
      },
      strict: true,
      allowPositionals: true,
    });
    const [folder, ...rest] = positionals;
    if (folder === undefined || rest.length > 0) throw new Error("Name the folder of one backup.");
    return { folder, to: values.to, withProblems: values["with-problems"] };
  } catch (error) {
    throw new UsageError(`${errorMessage(error)}\n\n${usage}`);
  }
}
