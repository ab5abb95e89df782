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

/** A running server, started again with the same socket and passwords if it dies. */
export interface PostgresServer {
  readonly socketFolder: string;
  readonly superUrl: (database: string) => string;
  readonly pid: () => number;
  /** Clean end: clients are cut off, everything is on disk afterwards. */
  readonly stop: () => Promise<void>;
  /** End at once; the next start recovers. */
  readonly abort: () => void;
}

const LONGEST_SOCKET_FOLDER = 80; // a socket's whole path may have 107 bytes
const START_PATIENCE_MS = 120_000; // recovery after a crash replays what was not yet in the tables
const RESTART_PAUSE_MS = 500;
const EXPECTED =
  /the database system is (starting up|not yet accepting connections)|expected SASL response/; // answers to our own questions, and clients that left early
const FAST_SHUTDOWN = "SIGINT"; // SIGTERM would wait until every client has gone

/** Starts the embedded PostgreSQL on a folder: made or repaired where needed, reachable through one private socket only. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const user = chooseServerUser(options.folder);
  const binaries = preparePostgresBinaries(options.root, user.uid !== undefined);
  const place: ToolPlace = { binaries, user, folder: options.folder };
  mkdirSync(dirname(options.folder), { recursive: true });
  const left = await stopOrphan(options.folder);
  if (left === "stopped")
    options.say(
      "an earlier PostgreSQL was still running on this data; it was stopped and its data taken over",
    );
  if (left === "crashed")
    options.say("PostgreSQL was not shut down last time; it recovers by itself");
  const { made } = await ensureCluster(place, options);
  if (made) options.say(`made a new database in ${options.folder}`);
  const password = makePassword();
  await retryWhileShared(() => setSuperuserPassword(place, password));
  return keepRunning(place, options, password);
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
  if (place.user.uid !== undefined)
    chownSync(folder, place.user.uid, place.user.gid ?? place.user.uid);
  return folder;
}

function settingsOf(socketFolder: string, durable: boolean): string[] {
  const settings = {
    listen_addresses: "",
    unix_socket_directories: socketFolder,
    unix_socket_permissions: "0700",
    cluster_name: "chancery",
    max_connections: "120",
    shared_buffers: "256MB",
    max_wal_size: "2GB",
    jit: "off",
    timezone: "UTC",
    log_timezone: "UTC",
    // Only what ends a connection or the server; a failing statement is its caller's to report, and may hold personal data.
    log_min_messages: "fatal",
    log_min_error_statement: "panic",
    log_error_verbosity: "terse",
    log_line_prefix: "",
    ...(durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** One life of the server process. */
interface Life {
  readonly child: ChildProcess;
  readonly exited: Promise<string>;
  readonly silence: () => void;
}

function launch(place: ToolPlace, options: PostgresOptions, socketFolder: string): Life {
  // Its own session: Ctrl-C in the terminal must end the clients first.
  const child = spawn(
    join(place.binaries.folder, "bin", "postgres"),
    ["-D", workingFolder, ...settingsOf(socketFolder, options.durable)],
    {
      ...place.user,
      cwd: place.folder,
      env: bareEnvironment,
      stdio: ["ignore", "ignore", "pipe"],
      detached: true,
    },
  );
  let silent = false,
    lastWords = "";
  if (child.stderr)
    createInterface({ input: child.stderr }).on("line", (line) => {
      lastWords = line;
      if (!silent && !EXPECTED.test(line)) options.say(line);
    });
  const exited = new Promise<string>((done) => {
    child.once("error", (error) => done(error.message));
    child.once("close", (code, signal) =>
      done(`PostgreSQL ended (${signal ?? code}). ${lastWords}`.trim()),
    );
  });
  return {
    child,
    exited,
    silence: () => {
      silent = true;
    },
  };
}

async function keepRunning(
  place: ToolPlace,
  options: PostgresOptions,
  password: string,
): Promise<PostgresServer> {
  const socketFolder = makeSocketFolder(place);
  const superUrl = (database: string) => socketUrl(socketFolder, "postgres", password, database);
  let life = launch(place, options, socketFolder),
    stopping = false;
  const end = async (signal: NodeJS.Signals) => {
    stopping = true;
    life.silence();
    life.child.kill(signal);
    await life.exited;
    rmSync(socketFolder, { recursive: true, force: true });
  };
  const again = async (why: string): Promise<void> => {
    if (stopping) return;
    options.say(`${why} It is started again.`);
    await pause(RESTART_PAUSE_MS);
    await stopOrphan(place.folder, { keepSocketFolder: true });
    if (stopping) return;
    life = launch(place, options, socketFolder);
    void life.exited.then(again);
  };
  try {
    await waitUntilReady(life, superUrl("postgres"));
  } catch (error) {
    await end(FAST_SHUTDOWN);
    throw error;
  }
  void life.exited.then(again);
  return {
    socketFolder,
    superUrl,
    pid: () => life.child.pid ?? 0,
    stop: () => end(FAST_SHUTDOWN),
    abort: () => void end("SIGQUIT"),
  };
}

/** An address over the private socket that pg and Prisma read alike. */
export function socketUrl(
  socketFolder: string,
  role: string,
  password: string,
  database: string,
): string {
  return `postgresql://${role}:${password}@localhost/${database}?host=${encodeURIComponent(socketFolder)}`;
}

async function waitUntilReady(life: Life, url: string): Promise<void> {
  let ended: string | null = null;
  void life.exited.then((why) => {
    ended = why;
  });
  for (const deadline = Date.now() + START_PATIENCE_MS; Date.now() < deadline; await pause(20)) {
    if (ended !== null) throw new Error(`PostgreSQL did not start: ${String(ended)}`);
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
