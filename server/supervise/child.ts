import { type ChildProcess, fork } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { errorMessage } from "@/lib/errors/error-message";
import type { Launch } from "./isolation/boundary";
import { type Sandbox, sandboxArgs, sandboxArgv, type SandboxPolicy } from "./isolation/sandbox";
import { processMark } from "./isolation/process-users";
import { readableLine } from "./log-line";
import { type ChildSecrets, makeSecretPipes } from "./secret-channel";

/**
 * What a process reports once it is ready. The gateway adds whether setup is complete, and the
 * ports that it opened.
 */
/** The SHA-256 of a root's certificate, in hexadecimal with colons. */
export type RootFingerprint = Readonly<{ name: string; sha256: string }>;

export type ReadyMessage = Readonly<{
  type: "ready";
  /** The version of Node.js that it runs on, such as `v24.1.0`. */
  node?: string;
  setUp?: boolean;
  ports?: Ports;
  roots?: readonly RootFingerprint[];
}>;

/** Differs from the settings where they request any free port (0). */
export type Ports = Readonly<{
  http: number;
  https: number;
  mtls: number;
}>;

export type ChildOptions = Readonly<{
  name: string;
  /** The process whose user it has, if that is another one. */
  mark?: string;
  launch: Launch;
  /** For a process that runs in a sandbox. */
  sandbox?: Readonly<{ sandbox: Sandbox; policy: SandboxPolicy }> | undefined;
  environment: NodeJS.ProcessEnv;
  secrets: ChildSecrets;
  /** Files and listeners that the supervisor opens for it at each start. */
  descriptors?: readonly Descriptor[];
  print: (line: string) => void;
  /** Called whenever it becomes ready: the first time, and after each restart. */
  onReady?: (message: ReadyMessage, pid: number) => void;
  /** Called with every other message, and with a function that answers. */
  onMessage?: (message: object, answer: (message: object) => void) => void;
  /** Called whenever it has ended. */
  onEnd?: () => void;
}>;

/** A descriptor that the process inherits. The variable tells it which one, or its path. */
export type Descriptor = Readonly<{
  variable: string;
  value: (fd: number) => string;
  /** `close` is called as soon as the process has its own copy. */
  open: () => Promise<Readonly<{ fd: number; close: () => void }>>;
}>;

/**
 * A supervised process: ready when `startChild` resolves, and restarted with growing pauses
 * whenever it exits.
 */
export type SupervisedChild = Readonly<{
  pid: () => number;
  stop: () => Promise<void>;
  kill: () => void;
}>;

type ChildRun = Readonly<{
  process: ChildProcess;
  ready: Promise<ReadyMessage>;
  ended: Promise<string>;
}>;

const channelFd = 3; // to the supervisor, after standard input, output and error
const firstPipe = channelFd + 1;
const drainMs = 15_000,
  firstPauseMs = 250,
  maxPauseMs = 15_000,
  steadyMs = 60_000;

/**
 * Starts a process and waits until it is ready. If it exits before that the first time, that is an
 * error and not retried.
 */
export async function startChild(options: ChildOptions): Promise<SupervisedChild> {
  let run = await forkChild(options),
    stopping = false;
  const stop = async () => {
    stopping = true;
    if (run.process.exitCode !== null || run.process.signalCode !== null) return;
    run.process.kill("SIGTERM");
    const waiting = new AbortController();
    const late = pause(drainMs, undefined, { signal: waiting.signal }).then(
      () => {
        options.print(`did not stop within ${drainMs / 1000} seconds; killing it`);
        run.process.kill("SIGKILL");
      },
      () => {},
    );
    await run.ended;
    waiting.abort();
    await late;
  };
  const first = await Promise.race([run.ready, run.ended]);
  if (typeof first === "string")
    throw new Error(
      `The ${options.name} did not start: it exited with ${first}. See its output above.`,
    );
  options.onReady?.(first, run.process.pid ?? 0);
  void keepAlive(
    options,
    () => run,
    (next) => {
      run = next;
    },
    () => stopping,
  );
  return {
    pid: () => run.process.pid ?? 0,
    stop,
    kill: () => {
      stopping = true;
      run.process.kill("SIGKILL");
    },
  };
}

async function keepAlive(
  options: ChildOptions,
  current: () => ChildRun,
  replace: (run: ChildRun) => void,
  isStopping: () => boolean,
): Promise<void> {
  for (let wait = firstPauseMs; ;) {
    const startedAt = Date.now();
    const reason = await current().ended;
    if (isStopping()) return;
    if (Date.now() - startedAt > steadyMs) wait = firstPauseMs;
    options.print(`exited unexpectedly (${reason}); restarting in ${wait / 1000} s`);
    await pause(wait);
    if (isStopping()) return;
    wait = Math.min(wait * 2, maxPauseMs);
    const next = await forkChild(options).catch((error: unknown) => {
      options.print(`can't be started: ${errorMessage(error)}`);
      return null;
    });
    if (next === null) continue;
    replace(next);
    if (isStopping()) next.process.kill("SIGTERM");
    void next.ready.then(
      (message) => {
        options.print("ready again");
        options.onReady?.(message, next.process.pid ?? 0);
      },
      () => {},
    );
  }
}

async function forkChild(options: ChildOptions): Promise<ChildRun> {
  const { launch } = options;
  const pipes = makeSecretPipes(firstPipe, options.secrets);
  const opened = await openAll(options.descriptors ?? [], firstPipe + pipes.stdio.length);
  const extra = [...pipes.stdio, ...opened.stdio];
  const { file, args, execArgv } = commandOf(options, extra.length);
  // In its own session, so that Ctrl-C reaches only the supervisor, which then stops everything in
  // order.
  const child = fork(file, args, {
    env: { ...options.environment, ...pipes.environment, ...opened.environment },
    cwd: launch.cwd,
    execPath: launch.node,
    execArgv,
    stdio: ["ignore", "pipe", "pipe", "ipc", ...extra],
    detached: true,
    ...launch.user,
  });
  opened.close();
  pipes.send(child);
  for (const stream of [child.stdout, child.stderr]) {
    if (stream)
      createInterface({ input: stream }).on("line", (line) => options.print(readableLine(line)));
  }
  const ready = new Promise<ReadyMessage>((done) =>
    child.on("message", (message: unknown) => {
      if ((message as { type?: unknown }).type === "ready") done(message as ReadyMessage);
      else options.onMessage?.(message as object, (answer) => sendTo(child, answer));
    }),
  );
  const ended = new Promise<string>((done) => {
    child.once("error", (error) => done(error.message));
    child.once("close", (code, signal) => done(signal ?? `exit code ${code}`));
    child.once("close", () => options.onEnd?.());
  });
  return { process: child, ready, ended };
}

/** In a sandbox, the wrapper starts first and becomes the process, with all its descriptors. */
function commandOf({ launch, name, mark: as, sandbox }: ChildOptions, extraDescriptors: number) {
  const mark = processMark(as ?? name);
  if (sandbox === undefined)
    return { file: launch.file, args: [mark], execArgv: [...launch.execArgv] };
  const keep = Array.from({ length: 1 + extraDescriptors }, (_none, index) => channelFd + index);
  const [file = "", ...args] = sandboxArgs(
    sandbox.sandbox,
    sandbox.policy,
    // Node.js has removed the variable from the wrapper's environment.
    { keep, env: { NODE_CHANNEL_FD: String(channelFd) } },
    [...launch.execArgv, launch.file, mark],
  );
  return { file, args, execArgv: sandboxArgv };
}

/** A process that has just ended hears nothing more. */
function sendTo(child: ChildProcess, message: object): void {
  if (child.connected) child.send(message, () => {});
}

async function openAll(descriptors: readonly Descriptor[], first: number) {
  const opened = await Promise.all(descriptors.map(({ open }) => open()));
  return {
    stdio: opened.map(({ fd }) => fd),
    environment: Object.fromEntries(
      descriptors.map(({ variable, value }, index) => [variable, value(first + index)]),
    ),
    close: () => {
      for (const { close } of opened) close();
    },
  };
}
