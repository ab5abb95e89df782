import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { setPriority } from "node:os";
import { join } from "node:path";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import { isAppError } from "@/lib/errors/app-error";
import { readFirstEntries } from "@/lib/log/drill-source";
import { findRepoRoot } from "@/lib/runtime-root";
import { migrate } from "@/server/supervise/migrate";
import { APP_ROLE, ensureDatabase, setUpRoles } from "@/server/supervise/postgres/roles";
import { startPostgres } from "@/server/supervise/postgres/start-server";
import { runDrill } from "./run-drill";

// The tamper drill: a process of its own with a PostgreSQL of its own, both gone afterwards. It reads the real log as the application does and
// writes nothing there. It speaks to whoever started it in lines of JSON, and ends when its standard input does.

const [entriesAsked = "2000", folder = ""] = process.argv.slice(2),
  url = process.env.DATABASE_URL ?? "";
if (folder === "" || url === "")
  throw new Error(
    "The drill is started by Chancery: it needs the number of entries, a folder, and DATABASE_URL.",
  );
const BACKGROUND = 10,
  EMPTY = "drill_empty";
const say = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
const postgres: { starting: ReturnType<typeof startPostgres> | null } = { starting: null };
let ending = false;

async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  // Also one that is just starting: it would write into the folder while that goes away.
  await postgres.starting?.then((server) => server.stop()).catch(() => {});
  rmSync(folder, { recursive: true, force: true });
  process.stdout.write("", () => process.exit(code));
}
process.stdin
  .on("end", () => void end(1))
  .on("error", () => void end(1))
  .resume();
process.on("SIGTERM", () => void end(1));
process.on("SIGINT", () => {
  /* whoever started it decides */
});

async function readEntries(): ReturnType<typeof readFirstEntries> {
  const db = openDatabase(url, { max: 1 });
  try {
    return await readFirstEntries(db, Number(entriesAsked));
  } finally {
    await closeDatabase(db);
  }
}

async function main(): Promise<void> {
  try {
    setPriority(BACKGROUND);
  } catch {
    /* where that is not allowed, it works as everybody else */
  }
  const began = performance.now(),
    root = findRepoRoot(),
    entries = await readEntries();
  say({ note: "starting a PostgreSQL of its own", done: 0, total: null });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  postgres.starting = startPostgres({
    root,
    folder: join(folder, "pg"),
    durable: false,
    say: () => {},
  });
  const server = await postgres.starting,
    urls = await setUpRoles(server);
  await ensureDatabase(server, EMPTY);
  await migrate(root, urls(EMPTY).ownerUrl, APP_ROLE);
  const { attacks } = await runDrill({
    empty: EMPTY,
    name: "drill",
    entries,
    folder,
    world: {
      random: { bytes: (n) => new Uint8Array(randomBytes(n)) },
      clock: { now: () => new Date() },
    },
    server: {
      superUrl: server.superUrl,
      appUrl: (database) => urls(database).appUrl,
      ownerUrl: (database) => urls(database).ownerUrl,
    },
    onStep: (done, total, note) => say({ done, total, note }),
  });
  say({
    finished: {
      entries: entries.length,
      milliseconds: Math.round(performance.now() - began),
      attacks,
    },
  });
}

try {
  await main();
  await end(0);
} catch (error) {
  if (!ending)
    say({
      failed: isAppError(error)
        ? error.message
        : String(error instanceof Error ? error.message : error),
    });
  await end(1);
}
