import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { signerSocket } from "@/lib/runtime/socket-paths";
import { lockDataFolder } from "./data-lock";
import { folderIdentity } from "./folder-identity";
import { makeRunFolder } from "./isolation/run-folder";
import { stopOrphan } from "./postgres/find-orphan";

let base = "",
  original = "",
  copy = "";
let servers: Server[] = [];
const made: string[] = [];

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "chancery-copy-"));
  original = join(base, "original");
  copy = join(base, "copy");
  mkdirSync(original);
});
afterEach(async () => {
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  servers = [];
  for (const folder of [base, ...made.splice(0)]) rmSync(folder, { recursive: true, force: true });
});

const listen = (path: string): Promise<void> =>
  new Promise((done) => {
    const server = createServer();
    servers.push(server);
    server.listen(path, done);
  });

/** A running Chancery as far as its files and sockets show. */
async function runOriginal(withIdentity: boolean): Promise<string> {
  const runDir = await makeRunFolder(original, null);
  made.push(runDir);
  await listen(signerSocket(runDir));
  const folder = withIdentity ? { folder: folderIdentity(original) } : {};
  writeFileSync(join(original, "run.json"), JSON.stringify({ runDir, ...folder }));
  return runDir;
}
const copyOriginal = () => cpSync(original, copy, { recursive: true, preserveTimestamps: true });

test.each([
  ["says which folder it was written for", true],
  ["was written by an earlier version", false],
])(
  "a copy of a running data folder leaves the sockets of the original where they are, if its run file %s",
  async (_what, withIdentity) => {
    const runDir = await runOriginal(withIdentity);
    copyOriginal();
    made.push(await makeRunFolder(copy, null));
    expect(existsSync(signerSocket(runDir))).toBe(true);
  },
);

test("what a killed run of the same folder left is removed", async () => {
  const runDir = await makeRunFolder(original, null);
  writeFileSync(
    join(original, "run.json"),
    JSON.stringify({ runDir, folder: folderIdentity(original) }),
  );
  made.push(await makeRunFolder(original, null));
  expect(existsSync(runDir)).toBe(false);
});

test("the lock of a running original doesn't lock its copy, which says what it is a copy of", async () => {
  const lock = await lockDataFolder(original);
  copyOriginal();
  const copied = await lockDataFolder(copy);
  expect(copied.copiedFrom).toBe(folderIdentity(original).path);
  await expect(lockDataFolder(copy)).rejects.toThrow(copy);
  await expect(lockDataFolder(original)).rejects.toThrow(original);
  expect(lock.copiedFrom).toBeNull();
  copied.release();
  lock.release();
});

test("a copied database folder leaves the sockets of the original's PostgreSQL where they are", async () => {
  const sockets = mkdtempSync(join(tmpdir(), "chancery-pg-"));
  made.push(sockets);
  const socket = join(sockets, ".s.PGSQL.5432");
  await listen(socket);
  const pidFile = `${process.pid}\n${original}\n1\n5432\n${sockets}\n`;
  writeFileSync(join(original, "postmaster.pid"), pidFile);
  copyOriginal();
  await stopOrphan(copy);
  expect(existsSync(socket)).toBe(true);
});
