import { spawn, type ChildProcess } from "node:child_process";
import { chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { preparePostgresBinaries } from "./binaries";
import { ensureCluster, setSuperuserPassword } from "./cluster";
import { stopOrphan } from "./find-orphan";
import { chooseServerUser } from "./run-as";
import { bareEnvironment, workingFolder, type ToolPlace } from "./run-tool";
import { makePassword } from "./scram-verifier";

export interface PostgresOptions {
  /** The clone, whose node_modules holds the binaries. */
  readonly root: string;
  /** The cluster's folder, made if missing. Its lock is the caller's business. */
  readonly folder: string;
  /** False only for databases that may be lost: it switches off every fsync. */
  readonly durable: boolean;
  readonly say: (line: string) => void;
}

/** A running server. `url` makes an address with a role and its password; `exited` settles when the server is gone. */
export interface PostgresServer {
  readonly socketFolder: string;
  readonly pid: number;
  readonly superUrl: (database: string) => string;
  readonly exited: Promise<string>;
  readonly stop: () => Promise<void>;
}

const LONGEST_SOCKET_FOLDER = 80; // a socket's whole path may have 107 bytes
const START_PATIENCE_MS = 120_000; // recovery after a crash replays what was not yet in the tables
const FAST_SHUTDOWN = "SIGINT"; // SIGTERM would wait until every client has gone

/** Starts the embedded PostgreSQL on a folder: made or repaired where needed, reachable through one private socket only. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const user = chooseServerUser(options.folder);
  const binaries = preparePostgresBinaries(options.root, user.uid !== undefined);
  const place: ToolPlace = { binaries, user, folder: options.folder };
  mkdirSync(dirname(options.folder), { recursive: true });
  const left = await stopOrphan(options.folder);
  if (left === "stopped") options.say("an earlier PostgreSQL was still running on this data; it was stopped and its data taken over");
  if (left === "crashed") options.say("PostgreSQL was not shut down last time; it recovers by itself");
  const { made } = await ensureCluster(place, options);
  if (made) options.say(`made a new database in ${options.folder}`);
  const password = makePassword();
  await retryWhileShared(() => setSuperuserPassword(place, password));
  return launch(place, options, password);
}

/** Workers of a server that was killed end a moment after it; until then PostgreSQL refuses their shared memory. */
async function retryWhileShared(work: () => Promise<void>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= 100 || !/shared memory block|lock file/.test(String(error))) throw error;
      await pause(100);
    }
  }
}

function makeSocketFolder(place: ToolPlace): string {
  const base = Buffer.byteLength(tmpdir()) > LONGEST_SOCKET_FOLDER ? "/tmp" : tmpdir();
  const folder = mkdtempSync(join(base, "chancery-pg-"));
  if (place.user.uid !== undefined) chownSync(folder, place.user.uid, place.user.gid ?? place.user.uid);
  return folder;
}

function settingsOf(socketFolder: string, durable: boolean): string[] {
  const settings = {
    listen_addresses: "", unix_socket_directories: socketFolder, unix_socket_permissions: "0700", cluster_name: "chancery",
    max_connections: "120", shared_buffers: "256MB", max_wal_size: "2GB", jit: "off", timezone: "UTC", log_timezone: "UTC",
    // Only what ends a connection or the server; a failing statement is its caller's to report, and may hold personal data.
    log_min_messages: "fatal", log_min_error_statement: "panic", log_error_verbosity: "terse", log_line_prefix: "",
    ...(durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

async function launch(place: ToolPlace, options: PostgresOptions, password: string): Promise<PostgresServer> {
  const socketFolder = makeSocketFolder(place);
  // Its own session: Ctrl-C in the terminal must end the clients first.
  const child = spawn(join(place.binaries.folder, "bin", "postgres"), ["-D", workingFolder, ...settingsOf(socketFolder, options.durable)], {
    ...place.user, cwd: place.folder, env: bareEnvironment, stdio: ["ignore", "ignore", "pipe"], detached: true,
  });
  const state = { stopping: false, lastWords: "" };
  if (child.stderr) createInterface({ input: child.stderr }).on("line", (line) => {
    state.lastWords = line;
    if (!state.stopping) options.say(line);
  });
  const exited = new Promise<string>((done) => {
    child.once("error", (error) => done(error.message));
    child.once("close", (code, signal) => done(`PostgreSQL ended (${signal ?? code}). ${state.lastWords}`.trim()));
  });
  const stop = async () => {
    state.stopping = true;
    child.kill(FAST_SHUTDOWN);
    await exited;
    rmSync(socketFolder, { recursive: true, force: true });
  };
  const superUrl = (database: string) => socketUrl(socketFolder, "postgres", password, database);
  await waitUntilReady(child, superUrl("postgres"), exited).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { socketFolder, pid: child.pid ?? 0, superUrl, exited, stop };
}

/** An address over the private socket that pg and Prisma read alike. */
export function socketUrl(socketFolder: string, role: string, password: string, database: string): string {
  return `postgresql://${role}:${password}@localhost/${database}?host=${encodeURIComponent(socketFolder)}`;
}

async function waitUntilReady(child: ChildProcess, url: string, exited: Promise<string>): Promise<void> {
  let ended: string | null = null;
  void exited.then((why) => { ended = why; });
  for (const deadline = Date.now() + START_PATIENCE_MS; Date.now() < deadline; await pause(20)) {
    if (ended !== null || child.exitCode !== null) throw new Error(`PostgreSQL did not start: ${await exited}`);
    if (await answers(url)) return;
  }
  throw new Error(`PostgreSQL did not answer within ${START_PATIENCE_MS / 1000} seconds.`);
}

async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

