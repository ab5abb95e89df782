import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { preparePostgresBinaries } from "./binaries";
import { ensureCluster, setSuperuserPassword } from "./cluster";
import { stopOrphan } from "./find-orphan";
import { chooseServerUser, type ServerUser } from "./run-as";
import { bareEnvironment, type ToolContext, workingFolder } from "./run-tool";
import { makePassword } from "./scram-verifier";
import { makeClient } from "@/lib/db/single-client";

export type PostgresOptions = Readonly<{
  /** The clone, whose node_modules contains the binaries. */
  root: string;
  /** The cluster's folder, created if missing. The caller locks it. */
  folder: string;
  /** False only for throwaway databases: switches off fsync. */
  durable: boolean;
  /** How many connections at a time, 120 by default; a throwaway one has 400 in any case. */
  connections?: number;
  print: (line: string) => void;
  /** The group that may connect besides the server's user; none by default. */
  clients?: number;
  /** The folder of the server's programs; those in node_modules by default. */
  binaries?: string;
}>;

/** A running server, restarted with the same socket and passwords if it exits. */
export type PostgresServer = Readonly<{
  socketFolder: string;
  superUrl: (database: string) => string;
  pid: () => number;
  /** Clean shutdown: disconnects clients and flushes everything to disk. */
  stop: () => Promise<void>;
  /** Immediate shutdown; the next start recovers. */
  abort: () => void;
}>;

const maxSocketFolderBytes = 80; // a socket's full path may have 107 bytes
const startTimeoutMs = 120_000; // recovery after a crash replays the WAL
const restartPauseMs = 500;
const expectedLines =
  /the database system is (starting up|not yet accepting connections)|expected SASL response/; // answers to our own probes, and clients that disconnect early
const fastShutdown = "SIGINT"; // SIGTERM would wait for every client to disconnect

/**
 * Starts the embedded PostgreSQL on a folder, creating or recovering the cluster if needed.
 * Reachable only through a private Unix socket.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const user = chooseServerUser(options.folder);
  const binaries = options.binaries
    ? { folder: options.binaries }
    : preparePostgresBinaries(options.root, user.uid !== undefined);
  const place: ToolContext = { binaries, user, folder: options.folder };
  mkdirSync(dirname(options.folder), { recursive: true });
  const left = await stopOrphan(options.folder);
  if (left === "stopped")
    options.print("stopped a PostgreSQL of an earlier run that was still using this data");
  if (left === "crashed")
    options.print("PostgreSQL was not shut down cleanly last time; recovering");
  handOver(options.folder, user);
  const { made } = await ensureCluster(place, options);
  if (made) options.print(`created a new database in ${options.folder}`);
  const password = makePassword();
  await retryWhileShared(() => setSuperuserPassword(place, password));
  return keepRunning(place, options, password);
}

/**
 * Workers of a killed server exit a moment after it; until then PostgreSQL refuses to reuse their
 * shared memory.
 */
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

/** A cluster that an earlier version ran as another user. */
function handOver(folder: string, { uid, gid }: ServerUser): void {
  const owner = statSync(folder, { throwIfNoEntry: false });
  if (uid === undefined || owner === undefined || owner.uid === uid) return;
  for (const name of ["", ...readdirSync(folder, { recursive: true, encoding: "utf8" })])
    lchownSync(join(folder, name), uid, gid ?? uid);
}

function makeSocketFolder(place: ToolContext, clients: number | undefined): string {
  const base = Buffer.byteLength(tmpdir()) > maxSocketFolderBytes ? "/tmp" : tmpdir();
  const folder = mkdtempSync(join(base, "chancery-pg-"));
  if (place.user.uid !== undefined)
    chownSync(folder, place.user.uid, clients ?? place.user.gid ?? place.user.uid);
  if (clients !== undefined) chmodSync(folder, 0o750);
  return folder;
}

function settingsOf(
  socketFolder: string,
  { durable, clients, connections = 120 }: PostgresOptions,
): string[] {
  const settings = {
    listen_addresses: "",
    unix_socket_directories: socketFolder,
    unix_socket_permissions: clients === undefined ? "0700" : "0777", // the folder guards it
    cluster_name: "chancery",
    // Several test files at once, with several nodes each, share one throwaway server.
    max_connections: durable ? String(connections) : "400",
    shared_buffers: "256MB",
    max_wal_size: "2GB",
    jit: "off",
    timezone: "UTC",
    log_timezone: "UTC",
    // Only what ends a connection or the server. A failing statement is reported by its caller, and
    // may contain personal data.
    log_min_messages: "fatal",
    log_min_error_statement: "panic",
    log_error_verbosity: "terse",
    log_line_prefix: "",
    ...(durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** One run of the server process. */
type ServerRun = Readonly<{
  child: ChildProcess;
  exited: Promise<string>;
  silence: () => void;
}>;

function launch(place: ToolContext, options: PostgresOptions, socketFolder: string): ServerRun {
  // In its own session: on Ctrl-C its clients must stop first.
  const child = spawn(
    join(place.binaries.folder, "bin", "postgres"),
    ["-D", workingFolder, ...settingsOf(socketFolder, options)],
    {
      ...place.user,
      cwd: place.folder,
      env: bareEnvironment,
      stdio: ["ignore", "ignore", "pipe"],
      detached: true,
    },
  );
  let silent = false,
    lastLine = "";
  if (child.stderr)
    createInterface({ input: child.stderr }).on("line", (line) => {
      lastLine = line;
      if (!silent && !expectedLines.test(line)) options.print(line);
    });
  const exited = new Promise<string>((done) => {
    child.once("error", (error) => done(error.message));
    child.once("close", (code, signal) =>
      done(`PostgreSQL ended (${signal ?? code}). ${lastLine}`.trim()),
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
  place: ToolContext,
  options: PostgresOptions,
  password: string,
): Promise<PostgresServer> {
  const socketFolder = makeSocketFolder(place, options.clients);
  const superUrl = (database: string) => socketUrl(socketFolder, "postgres", password, database);
  let run = launch(place, options, socketFolder),
    stopping = false;
  const end = async (signal: NodeJS.Signals) => {
    stopping = true;
    run.silence();
    run.child.kill(signal);
    await run.exited;
    rmSync(socketFolder, { recursive: true, force: true });
  };
  const restart = async (reason: string): Promise<void> => {
    if (stopping) return;
    options.print(`${reason} Restarting it.`);
    await pause(restartPauseMs);
    await stopOrphan(place.folder, { keepSocketFolder: true });
    if (stopping) return;
    run = launch(place, options, socketFolder);
    void run.exited.then(restart);
  };
  try {
    await waitUntilReady(run, superUrl("postgres"));
  } catch (error) {
    await end(fastShutdown);
    throw error;
  }
  void run.exited.then(restart);
  return {
    socketFolder,
    superUrl,
    pid: () => run.child.pid ?? 0,
    stop: () => end(fastShutdown),
    abort: () => void end("SIGQUIT"),
  };
}

/** A connection URL for the private socket that both pg and Prisma accept. */
export function socketUrl(
  socketFolder: string,
  role: string,
  password: string,
  database: string,
): string {
  return `postgresql://${role}:${password}@localhost/${database}?host=${encodeURIComponent(socketFolder)}`;
}

async function waitUntilReady(run: ServerRun, url: string): Promise<void> {
  let ended: string | null = null;
  void run.exited.then((why) => {
    ended = why;
  });
  for (const deadline = Date.now() + startTimeoutMs; Date.now() < deadline; await pause(20)) {
    if (ended !== null) throw new Error(`PostgreSQL did not start: ${String(ended)}`);
    if (await isAnswering(url)) return;
  }
  throw new Error(`PostgreSQL did not respond within ${startTimeoutMs / 1000} seconds.`);
}

async function isAnswering(connectionString: string): Promise<boolean> {
  const client = makeClient(connectionString);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}
