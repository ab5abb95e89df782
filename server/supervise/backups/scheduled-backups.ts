import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { errorMessage } from "@/lib/errors/error-message";

export type ScheduleOptions = Readonly<{
  /** Where the backups are, each in a folder that is named by its time. */
  folder: string;
  everyMs: number;
  /** How many whole backups are kept. */
  keep: number;
  /** Makes a backup in a folder that does not exist yet. Throws with the reason if it can't. */
  make: (folder: string, signal: AbortSignal) => Promise<void>;
  now: () => Date;
  print: (line: string) => void;
}>;

const firstAfterMs = 60_000;
const retryAfterMs = 15 * 60_000;
/** Longer timers would fire at once. */
const maxTimerMs = 2 ** 31 - 1;
const ownName = /^chancery-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
const unfinishedName = /^chancery-\d{8}T\d{6}Z\.unfinished-\d+$/;

/** The folder of a backup that begins now. */
const nameAt = (now: Date): string => `chancery-${now.toISOString().replace(/[-:]|\.\d+/g, "")}`;

/** The whole backups that the schedule made, the newest first. */
export function listBackups(folder: string): { name: string; at: Date }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => {
      const [, year, month, day, hour, minute, second] = ownName.exec(name) ?? [];
      if (year === undefined || !existsSync(join(folder, name, "manifest.json"))) return [];
      return [{ name, at: new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) }];
    })
    .sort((left, right) => right.at.getTime() - left.at.getTime());
}

/**
 * Makes a backup, then removes the oldest beyond `keep` and what an interrupted one left. Nothing
 * else in the folder is touched, and nothing is removed unless a new backup is whole.
 */
export async function makeScheduledBackup(
  { folder, keep, make, now }: ScheduleOptions,
  signal: AbortSignal,
): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await make(join(folder, nameAt(now())), signal);
  for (const name of [
    ...listBackups(folder)
      .slice(keep)
      .map((one) => one.name),
    ...readdirSync(folder).filter((one) => unfinishedName.test(one)),
  ])
    rmSync(join(folder, name), { recursive: true, force: true });
}

/** How long until the next backup is due: a restart doesn't make another one. */
export function dueInMs({
  folder,
  everyMs,
  now,
}: Pick<ScheduleOptions, "folder" | "everyMs" | "now">): number {
  const [newest] = listBackups(folder);
  const due = newest === undefined ? 0 : newest.at.getTime() + everyMs - now().getTime();
  return Math.max(Math.min(due, everyMs), Math.min(firstAfterMs, everyMs));
}

/** Makes backups until `stop`, which ends a running one. A failure is printed and tried again. */
export function startBackupSchedule(given: ScheduleOptions): Readonly<{ stop: () => void }> {
  const options = { ...given, folder: resolve(given.folder) };
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const wait = (ms: number): void => {
    if (!stopping.signal.aborted) timer = setTimeout(() => void run(), Math.min(ms, maxTimerMs));
  };
  const run = async (): Promise<void> => {
    try {
      await makeScheduledBackup(options, stopping.signal);
      wait(dueInMs(options));
    } catch (error) {
      if (stopping.signal.aborted) return;
      options.print(`the backup into ${options.folder} failed: ${errorMessage(error)}`);
      wait(Math.min(retryAfterMs, options.everyMs));
    }
  };
  wait(dueInMs(options));
  return {
    stop: () => {
      clearTimeout(timer);
      stopping.abort();
    },
  };
}
