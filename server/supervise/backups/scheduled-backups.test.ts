import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  dueInMs,
  listBackups,
  makeScheduledBackup,
  type ScheduleOptions,
  startBackupSchedule,
} from "./scheduled-backups";

const hour = 3_600_000;
const signal = new AbortController().signal;
let folder: string;
let now: Date;

const whole = (path: string): void => {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "manifest.json"), "{}");
};
const options = (more: Partial<ScheduleOptions> = {}): ScheduleOptions => ({
  folder,
  everyMs: 24 * hour,
  keep: 2,
  make: async (path) => whole(path),
  now: () => now,
  print: () => {},
  ...more,
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "chancery-schedule-"));
  now = new Date("2026-05-04T02:00:00.123Z");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("scheduled backups", () => {
  test("as many as wanted are kept, the newest, and what others put there stays", async () => {
    whole(join(folder, "chancery-20260501T020000Z"));
    whole(join(folder, "chancery-20260502T020000Z"));
    whole(join(folder, "chancery-20260503T020000Z"));
    whole(join(folder, "chancery-before-the-move"));
    mkdirSync(join(folder, "chancery-20260503T030000Z.unfinished-17"));
    await makeScheduledBackup(options(), signal);
    expect(readdirSync(folder).toSorted()).toEqual([
      "chancery-20260503T020000Z",
      "chancery-20260504T020000Z",
      "chancery-before-the-move",
    ]);
  });

  test("nothing is removed if the new one fails", async () => {
    for (const day of ["01", "02", "03"]) whole(join(folder, `chancery-202605${day}T020000Z`));
    const make = () => Promise.reject(new Error("the disk is full"));
    await expect(makeScheduledBackup(options({ make }), signal)).rejects.toThrow("disk is full");
    expect(listBackups(folder)).toHaveLength(3);
  });

  test("one without a manifest counts as none", () => {
    mkdirSync(join(folder, "chancery-20260503T020000Z"));
    expect(listBackups(folder)).toEqual([]);
  });

  test("the next one is due an interval after the newest, also after a restart; a first or late one after a minute", () => {
    expect(dueInMs(options())).toBe(60_000);
    whole(join(folder, "chancery-20260504T010000Z"));
    expect(dueInMs(options())).toBe(23 * hour - 123);
    whole(join(folder, "chancery-20270101T000000Z"));
    expect(dueInMs(options())).toBe(24 * hour);
    rmSync(join(folder, "chancery-20270101T000000Z"), { recursive: true });
    now = new Date("2026-06-01T00:00:00Z");
    expect(dueInMs(options())).toBe(60_000);
  });

  test("a failure is printed and tried again, and stop ends a running one", async () => {
    const printed: string[] = [];
    let tries = 0;
    let aborted = false;
    const schedule = startBackupSchedule(
      options({
        everyMs: 10,
        print: (line) => printed.push(line),
        make: async (_path, stopping) => {
          if ((tries += 1) === 1) throw new Error("the disk is full");
          await new Promise<void>((done) => stopping.addEventListener("abort", () => done()));
          aborted = true;
        },
      }),
    );
    while (tries < 2) await pause(5);
    expect(printed).toEqual([expect.stringMatching(/failed: the disk is full/)]);
    schedule.stop();
    while (!aborted) await pause(5);
    await pause(30);
    expect(tries).toBe(2);
    expect(existsSync(folder)).toBe(true);
  });
});
