import { randomBytes } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { setPriority } from "node:os";
import { join } from "node:path";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import { readFirstEntries } from "@/lib/drills/drills";
import { errorMessage } from "@/lib/errors/error-message";
import { receiveSecrets } from "@/lib/runtime/read-secrets";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { migrateEmpty } from "@/server/supervise/migrate";
import { ensureDatabase, setUpRoles } from "@/server/supervise/postgres/roles";
import { startPostgres } from "@/server/supervise/postgres/start-server";
import { runDrill } from "./run-drill";

// The tamper drill: a separate process with a temporary PostgreSQL. It reads the real log as the
// application does and writes nothing there. It reports to its parent process in lines of JSON on
// standard output, and ends when its standard input closes.

const [entryCount = "2000", folder = "", binaries = "", niceness = "0"] = process.argv.slice(2);
const url = receiveSecrets().DATABASE_URL ?? "";
if (folder === "" || url === "")
  throw new Error(
    "Chancery starts this program. It needs the number of entries, a folder, and the URL of the database through a pipe.",
  );
const emptyDatabase = "drill_empty";
const report = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
const postgres: { starting: ReturnType<typeof startPostgres> | null } = { starting: null };
let ending = false;

async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  // Wait for a server that is still starting: it would write into the folder during its removal.
  await postgres.starting?.then((server) => server.stop()).catch(() => {});
  // What is in the folder: the folder itself may belong to the supervisor.
  for (const name of readdirSync(folder))
    rmSync(join(folder, name), { recursive: true, force: true });
  process.stdout.write("", () => process.exit(code));
}
process.stdin
  .on("end", () => void end(1))
  .on("error", () => void end(1))
  .resume();
process.on("SIGTERM", () => void end(1));
process.on("SIGINT", () => {
  /* The parent process decides when the drill ends. */
});

async function readEntries(): ReturnType<typeof readFirstEntries> {
  const db = openDatabase(url, { max: 1 });
  try {
    return await readFirstEntries(db, Number(entryCount));
  } finally {
    await closeDatabase(db);
  }
}

async function main(): Promise<void> {
  try {
    setPriority(Number(niceness));
  } catch {
    /* Not permitted: run at normal priority. */
  }
  const startedAt = performance.now();
  const root = findRepoRoot();
  const entries = await readEntries();
  report({ note: "starting a temporary PostgreSQL", done: 0, total: null });
  postgres.starting = startPostgres({
    root,
    binaries,
    folder: join(folder, "pg"),
    durable: false,
    print: () => {},
  });
  const server = await postgres.starting;
  const urls = await setUpRoles(server);
  await ensureDatabase(server, emptyDatabase);
  await migrateEmpty(root, urls(emptyDatabase).ownerUrl);
  const { attacks } = await runDrill({
    empty: emptyDatabase,
    name: "drill",
    entries,
    folder,
    random: { bytes: (n) => new Uint8Array(randomBytes(n)) },
    clock: { now: () => new Date() },
    server: {
      superUrl: server.superUrl,
      appUrl: (database) => urls(database).appUrl,
      ownerUrl: (database) => urls(database).ownerUrl,
      signerUrl: (database) => urls(database).signerUrl,
    },
    onStep: (done, total, note) => report({ done, total, note }),
  });
  report({
    finished: {
      entries: entries.length,
      milliseconds: Math.round(performance.now() - startedAt),
      attacks,
    },
  });
}

try {
  await main();
  await end(0);
} catch (error) {
  if (!ending) report({ failed: errorMessage(error) });
  await end(1);
}
