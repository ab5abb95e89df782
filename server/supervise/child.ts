import { fork, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { readableLine } from "./log-line";

/** What a child says once it can be used. The door adds whether setup is complete, and the ports that it really has. */
export interface ReadyMessage {
  readonly type: "ready";
  readonly setUp?: boolean;
  readonly ports?: Ports;
}

/** Differs from the settings where those asked for any free port (0). */
export interface Ports {
  readonly http: number;
  readonly https: number;
  readonly mtls: number;
}

export interface ChildOptions {
  readonly name: string;
  readonly file: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly say: (line: string) => void;
  /** Called at every readiness: the first, and after each restart. */
  readonly onReady?: (message: ReadyMessage) => void;
}

/** A supervised process: ready when `startChild` resolves, started again with growing pauses whenever it dies. */
export interface SupervisedChild {
  readonly pid: () => number;
  readonly stop: () => Promise<void>;
  readonly kill: () => void;
}

interface Life {
  readonly process: ChildProcess;
  readonly ready: Promise<ReadyMessage>;
  readonly ended: Promise<string>;
}

const DRAIN_MS = 15_000,
  FIRST_PAUSE_MS = 250,
  LONGEST_PAUSE_MS = 15_000,
  STEADY_MS = 60_000;

/** Starts a child and waits until it is ready. Dying before that, the first time, is an error and not a reason to retry. */
export async function startChild(options: ChildOptions): Promise<SupervisedChild> {
  let life = live(options),
    stopping = false;
  const stop = async () => {
    stopping = true;
    if (life.process.exitCode !== null || life.process.signalCode !== null) return;
    life.process.kill("SIGTERM");
    const waiting = new AbortController();
    const late = pause(DRAIN_MS, undefined, { signal: waiting.signal }).then(
      () => {
        options.say(`did not end within ${DRAIN_MS / 1000} seconds and is killed`);
        life.process.kill("SIGKILL");
      },
      () => {},
    );
    await life.ended;
    waiting.abort();
    await late;
  };
  const first = await Promise.race([life.ready, life.ended]);
  if (typeof first === "string")
    throw new Error(
      `The ${options.name} did not start: it ended with ${first}. Its last lines above say why.`,
    );
  options.onReady?.(first);
  void keepAlive(
    options,
    () => life,
    (next) => {
      life = next;
    },
    () => stopping,
  );
  return {
    pid: () => life.process.pid ?? 0,
    stop,
    kill: () => {
      stopping = true;
      life.process.kill("SIGKILL");
    },
  };
}

async function keepAlive(
  options: ChildOptions,
  current: () => Life,
  replace: (life: Life) => void,
  isStopping: () => boolean,
): Promise<void> {
  for (let wait = FIRST_PAUSE_MS; ;) {
    const began = Date.now();
    const why = await current().ended;
    if (isStopping()) return;
    if (Date.now() - began > STEADY_MS) wait = FIRST_PAUSE_MS;
    options.say(`ended unexpectedly (${why}); started again in ${wait / 1000} s`);
    await pause(wait);
    if (isStopping()) return;
    wait = Math.min(wait * 2, LONGEST_PAUSE_MS);
    const next = live(options);
    replace(next);
    void next.ready.then(
      (message) => {
        options.say("is ready again");
        options.onReady?.(message);
      },
      () => {},
    );
  }
}

function live(options: ChildOptions): Life {
  // Its own session: Ctrl-C in the terminal reaches the supervisor alone, which then ends everything in order.
  const child = fork(options.file, [], {
    env: options.environment,
    cwd: options.cwd,
    execArgv: ["--enable-source-maps"],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream)
      createInterface({ input: stream }).on("line", (line) => options.say(readableLine(line)));
  }
  const ready = new Promise<ReadyMessage>((done) =>
    child.on("message", (message: unknown) => {
      if ((message as { type?: unknown }).type === "ready") done(message as ReadyMessage);
    }),
  );
  const ended = new Promise<string>((done) => {
    child.once("error", (error) => done(error.message));
    child.once("close", (code, signal) => done(signal ?? `exit code ${code}`));
  });
  return { process: child, ready, ended };
}
