import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DataFolderBusy, lockDataFolder, type DataLock } from "./data-lock";

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

test("a folder that is held is refused, naming the process, and free again after release", async () => {
  const lock = await lockDataFolder(folder);
  await expect(lockDataFolder(folder)).rejects.toThrow(DataFolderBusy);
  await expect(lockDataFolder(folder)).rejects.toThrow(String(process.pid));
  lock.release();
  (await lockDataFolder(folder)).release();
});

test("of many that find a dead holder at the same moment exactly one gets the folder", async () => {
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

test("a holder whose pid now belongs to another process counts as dead", async () => {
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

test("a holder in another container is believed while its heartbeat goes on, and not afterwards", async () => {
  await holder({ world: "another boot" });
  const beat = setInterval(() => utimesSync(path(), new Date(), new Date()), 300);
  await expect(lockDataFolder(folder)).rejects.toThrow(DataFolderBusy);
  clearInterval(beat);
  (await lockDataFolder(folder)).release();
});

test("release leaves a lock alone that is no longer ours", async () => {
  const lock = await lockDataFolder(folder);
  writeFileSync(path(), "somebody else's");
  lock.release();
  expect(readFileSync(path(), "utf8")).toBe("somebody else's");
});
