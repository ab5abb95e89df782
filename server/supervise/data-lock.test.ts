import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DataFolderBusy, type DataLock, lockDataFolder } from "./data-lock";

let folder = "";
const path = () => join(folder, "lock");
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "chancery-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const holder = async (change: Record<string, unknown>) => {
  const lock = await lockDataFolder(folder);
  const own = JSON.parse(readFileSync(path(), "utf8")) as Record<string, unknown>;
  lock.release();
  writeFileSync(path(), JSON.stringify({ ...own, ...change }));
};

test("a locked data folder is refused, naming the process, and free again after release", async () => {
  const lock = await lockDataFolder(folder);
  await expect(lockDataFolder(folder)).rejects.toThrow(DataFolderBusy);
  await expect(lockDataFolder(folder)).rejects.toThrow(String(process.pid));
  lock.release();
  (await lockDataFolder(folder)).release();
});

test("of many processes that find a dead lock holder at once, exactly one gets the folder", async () => {
  const dead = spawn(process.execPath, ["-e", ""]);
  await new Promise((done) => dead.once("close", done));
  await holder({ pid: dead.pid });
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, () => lockDataFolder(folder)),
  );
  const won = results.filter(
    (one): one is PromiseFulfilledResult<DataLock> => one.status === "fulfilled",
  );
  expect(won).toHaveLength(1);
  expect(
    results
      .filter((one) => one.status === "rejected")
      .every((one) => one.reason instanceof DataFolderBusy),
  ).toBe(true);
  won[0]?.value.release();
  expect(readdirSync(folder)).toEqual([]);
});

test("a lock holder whose pid now belongs to another process counts as dead", async () => {
  await holder({ started: "1" });
  const lock = await lockDataFolder(folder);
  expect(readFileSync(path(), "utf8")).not.toContain('"started":"1"');
  lock.release();
});

test.each(["", "{", "null", '"x"', "{}", '{"pid":1}'])(
  "an unreadable lock %j is taken over",
  async (text) => {
    writeFileSync(path(), text);
    const lock = await lockDataFolder(folder);
    expect(readFileSync(path(), "utf8")).toContain(`"pid":${process.pid}`);
    lock.release();
  },
);

test("a lock held in another container counts while its heartbeat continues, and not afterwards", async () => {
  await holder({ world: "another boot" });
  const beat = setInterval(() => utimesSync(path(), new Date(), new Date()), 300);
  await expect(lockDataFolder(folder)).rejects.toThrow(DataFolderBusy);
  clearInterval(beat);
  (await lockDataFolder(folder)).release();
});

test("release does not remove a lock that another process has taken", async () => {
  const lock = await lockDataFolder(folder);
  writeFileSync(path(), "another owner's");
  lock.release();
  expect(readFileSync(path(), "utf8")).toBe("another owner's");
});
