import { spawn } from "node:child_process";
import { join } from "node:path";
import { parseDuration } from "@/lib/format/duration";
import type { Env } from "@/lib/runtime/env";
import type { Boundary } from "@/server/supervise/isolation/boundary";
import type { Output } from "@/server/supervise/output";
import { type ScheduleOptions, startBackupSchedule } from "./scheduled-backups";

type BackupsOptions = Readonly<{
  env: Env;
  root: string;
  dataFolder: string;
  settings: NodeJS.ProcessEnv;
  boundary: Pick<Boundary, "launch">;
  output: Pick<Output, "print">;
}>;

/**
 * Makes backups as CHANCERY_BACKUP_DIR says, each with the command `chancery backup` in a process
 * of its own; nothing without that setting. Throws if the operator's own server needs a connection
 * that the command can't get.
 */
export function startBackups(
  options: BackupsOptions,
): Readonly<{ name: string; stop: () => void }> {
  const { env, settings, output } = options;
  const name = "backups";
  const { CHANCERY_BACKUP_DIR: folder, CHANCERY_BACKUP_KEEP: keep } = env;
  if (folder === "") return { name, stop: () => {} };
  if (settings.DATABASE_URL && !settings["DATABASE_OWNER_URL_FILE"])
    throw new Error(
      "CHANCERY_BACKUP_DIR is set, so with your own PostgreSQL DATABASE_OWNER_URL_FILE must be set too: backups need a role that reads every table.",
    );
  const everyMs = (parseDuration(env.CHANCERY_BACKUP_EVERY) ?? 0) * 1_000;
  const make: ScheduleOptions["make"] = (target, signal) => runBackup(options, target, signal);
  const now = () => new Date();
  const print = (line: string): void => output.print("chancery", line);
  return { name, ...startBackupSchedule({ folder, everyMs, keep, make, now, print }) };
}

async function runBackup(
  { root, dataFolder, settings, boundary }: BackupsOptions,
  target: string,
  signal: AbortSignal,
): Promise<void> {
  const launch = boundary.launch(join(root, "dist", "cli.mjs"));
  const { PATH, TMPDIR, DATABASE_OWNER_URL_FILE, NODE_EXTRA_CA_CERTS } = settings;
  const child = spawn(launch.node, [...launch.execArgv, launch.file, "backup", target], {
    cwd: launch.cwd,
    signal,
    stdio: ["ignore", "ignore", "pipe"],
    env: Object.fromEntries(
      Object.entries({
        PATH,
        TMPDIR,
        DATABASE_OWNER_URL_FILE,
        NODE_EXTRA_CA_CERTS,
        NODE_ENV: "production",
        CHANCERY_DATA: dataFolder,
      }).filter(([, value]) => value !== undefined),
    ) as unknown as NodeJS.ProcessEnv,
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2_000);
  });
  const code = await new Promise<number | null>((done, fail) =>
    child.once("error", fail).once("close", done),
  );
  if (code !== 0) throw new Error(said.trim() || `it ended with ${code ?? "a signal"}`);
}
