import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { freePorts } from "@/testing/free-ports";

/**
 * A whole Chancery for journeys and benchmarks: own ports, own data, everything gone after `stop`.
 */
export interface ThrowawayChancery {
  readonly httpUrl: string;
  readonly httpsUrl: string;
  readonly mtlsUrl: string;
  /** The one-time link, or "" when it was set up from the environment. */
  readonly setupUrl: string;
  readonly dataFolder: string;
  readonly logFile: string;
  readonly pid: number;
  /** What `npx chancery` needs in its environment to find it. */
  readonly settings: Readonly<Record<string, string>>;
  /**
   * Resolves with the exit code when it has ended and its log is whole; null if a signal killed it.
   */
  readonly ended: Promise<number | null>;
  readonly stop: () => Promise<void>;
}

const RUNNING = /Chancery is running\.[^]*Ctrl-C/;
const PATIENCE_MS = 600_000; // a bare clone installs and builds first, on a busy machine

/** Where one lives: kept when it ends, so that another can be started on the same data. */
export interface ChanceryPlace {
  readonly dataFolder: string;
  readonly ports: readonly [http: number, https: number, mtls: number];
}

/** An empty data folder and free ports. */
export async function makePlace(): Promise<ChanceryPlace> {
  const [http = 0, https = 0, mtls = 0] = await freePorts(3);
  return {
    dataFolder: mkdtempSync(join(tmpdir(), "chancery-throwaway-")),
    ports: [http, https, mtls],
  };
}

/**
 * Starts one by the same script as `npm start`, on data that may exist already. `settings` are added
 * to its environment, such as CHANCERY_ADMIN_EMAIL, CHANCERY_ADMIN_PASSWORD and
 * CHANCERY_ORGANIZATION for one that is set up already. `stop` ends it in order and keeps the data. Throws
 * with its whole output if it does not start.
 */
export async function startChanceryAt(
  { dataFolder, ports: [http, https, mtls] }: ChanceryPlace,
  settings: Record<string, string> = {},
  logFile?: string,
  root = findRepoRoot(),
): Promise<ThrowawayChancery> {
  const log = logFile ?? join(dataFolder, "chancery.log");
  const own = {
    CHANCERY_DATA: dataFolder,
    CHANCERY_HTTP_PORT: String(http),
    CHANCERY_HTTPS_PORT: String(https),
    CHANCERY_MTLS_PORT: String(mtls),
    CHANCERY_PUBLIC_URL: `http://localhost:${http}`,
    ...settings,
  };
  const run = launch(own, log, root);
  const stop = async () => {
    run.child.kill("SIGTERM");
    await run.ended;
  };
  try {
    await waitUntilRunning(log, run.ended);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    httpUrl: `http://localhost:${http}`,
    httpsUrl: `https://localhost:${https}`,
    mtlsUrl: `https://localhost:${mtls}`,
    setupUrl: /https?:\/\/\S+\/setup\?token=\S+/.exec(readFileSync(log, "utf8"))?.[0] ?? "",
    dataFolder,
    logFile: log,
    pid: run.child.pid ?? 0,
    settings: own,
    ended: run.ended,
    stop,
  };
}

function launch(settings: Record<string, string>, log: string, root: string) {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(CHANCERY_|DATABASE_|NEXTAUTH_|NODE_ENV$|NODE_OPTIONS$|VITEST)/.test(name),
  );
  const child = spawn(process.execPath, [join(root, "tools/scripts/start.mjs")], {
    cwd: root,
    env: { ...Object.fromEntries(inherited), ...settings } as unknown as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
  });
  mkdirSync(dirname(log), { recursive: true });
  rmSync(log, { force: true }); // what an earlier one said is not ours
  const file = createWriteStream(log);
  for (const stream of [child.stdout, child.stderr]) stream.pipe(file, { end: false });
  const ended = new Promise<number | null>((done) =>
    child.once("close", (code) => file.end(() => done(code))),
  );
  return { child, ended };
}

async function waitUntilRunning(log: string, ended: Promise<number | null>): Promise<void> {
  const said = () => readFileSync(log, { encoding: "utf8", flag: "a+" });
  let over = false;
  void ended.then(() => {
    over = true;
  });
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await pause(50)) {
    if (RUNNING.test(said())) return;
    if (over) throw new Error(`Chancery did not start:\n${said()}`);
  }
  throw new Error(`Chancery did not start within ${PATIENCE_MS / 1000} seconds:\n${said()}`);
}
