import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Env } from "@/lib/env";
import { startChild, type Ports, type ReadyMessage, type SupervisedChild } from "./child";
import { environmentOf, startOrder, type ChildName, type Secrets } from "./child-environment";
import { lockDataFolder } from "./data-lock";
import { hasSealedKeys, openOwnDatabase } from "./open-database";
import { readRunFile, removeRunFile, writeRunFile } from "@/lib/runtime-file";
import { deliveryKeyOf, makeSetupToken, readKek, readSessionSecret } from "./secrets";
import { makeSpeaker, type Speaker } from "./speaker";

export interface SuperviseOptions {
  readonly root: string;
  readonly env: Env;
  /** What the operator set; each process gets its own part of it and nothing else. */
  readonly settings: NodeJS.ProcessEnv;
  readonly childFiles: Readonly<Record<ChildName, string>>;
  readonly write: (text: string) => void;
}

/** A running Chancery. `stop` ends everything in order; `kill` at once, the next start recovers. */
export interface RunningChancery {
  readonly dataFolder: string;
  readonly ports: Ports;
  readonly kekFrom: string;
  readonly databaseWhat: string;
  readonly setUp: boolean;
  readonly setupToken: string;
  readonly speaker: Speaker;
  readonly stop: () => Promise<void>;
  readonly kill: () => void;
}

/** What was started and how it ends again: the latest first. */
interface Undo {
  readonly what: string;
  readonly stop: () => Promise<void> | void;
  readonly kill?: () => void;
}

/** Starts PostgreSQL, signer, console and door, in this order, and keeps them running. Ends what it had started if one fails. */
export async function supervise(options: SuperviseOptions): Promise<RunningChancery> {
  const speaker = makeSpeaker(options.write),
    undo: Undo[] = [];
  const stop = onlyOnce(async () => {
    for (const part of undo.toReversed()) {
      await Promise.resolve(part.stop()).catch((error: unknown) =>
        speaker.say("chancery", `${part.what}: ${String(error)}`),
      );
    }
  });
  const kill = () => {
    for (const part of undo.toReversed()) part.kill?.();
  };
  try {
    return { ...(await startAll(options, speaker, undo)), speaker, stop, kill };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Started = Omit<RunningChancery, "speaker" | "stop" | "kill">;

async function startAll(
  options: SuperviseOptions,
  speaker: Speaker,
  undo: Undo[],
): Promise<Started> {
  const dataFolder = resolve(options.env.CHANCERY_DATA);
  mkdirSync(dataFolder, { recursive: true });
  const lock = await lockDataFolder(dataFolder);
  undo.push({ what: "lock", stop: lock.release });
  const runDir = makeRunDir(dataFolder, undo);
  const database = await openOwnDatabase({
    ...options,
    dataFolder,
    say: (line) => speaker.say("postgres", line),
    step: speaker.step,
  });
  undo.push({ what: "PostgreSQL", stop: database.stop, kill: database.abort });
  const { kek, from } = readKek(dataFolder, options.settings, await hasSealedKeys(database.appUrl));
  const setup = makeSetupToken();
  const secrets: Secrets = {
    databaseUrl: database.appUrl,
    kek,
    deliveryKey: deliveryKeyOf(kek),
    sessionSecret: readSessionSecret(dataFolder),
    setupTokenSha256: setup.sha256,
  };
  writeRunFile(dataFolder, runFileOf(options.env, runDir, database.appUrl, portsOf(options.env)));
  undo.push({ what: "run.json", stop: () => removeRunFile(dataFolder) });
  const ready = await startChildren(
    { ...options, settings: { ...options.settings, CHANCERY_DATA: dataFolder } },
    runDir,
    secrets,
    speaker,
    undo,
  );
  const ports = ready.ports ?? portsOf(options.env);
  writeRunFile(dataFolder, runFileOf(options.env, runDir, database.appUrl, ports));
  return {
    dataFolder,
    ports,
    kekFrom: from,
    databaseWhat: database.what,
    setUp: ready.setUp ?? true,
    setupToken: setup.token,
  };
}

async function startChildren(
  options: SuperviseOptions,
  runDir: string,
  secrets: Secrets,
  speaker: Speaker,
  undo: Undo[],
): Promise<ReadyMessage> {
  let last: ReadyMessage = { type: "ready" };
  const begin = (name: ChildName): Promise<SupervisedChild> =>
    speaker.step(name, () =>
      startChild({
        name,
        file: options.childFiles[name],
        cwd: options.root,
        say: (line) => speaker.say(name, line),
        environment: environmentOf(name, runDir, options.settings, secrets),
        onReady: (message) => {
          last = message;
        },
      }),
    );
  for (const together of startOrder) {
    const outcomes = await Promise.allSettled(together.map(begin));
    outcomes.forEach((outcome, index) => {
      if (outcome.status === "fulfilled")
        undo.push({
          what: String(together[index]),
          stop: outcome.value.stop,
          kill: outcome.value.kill,
        });
    });
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }
  return last; // the door's, which starts last
}

function makeRunDir(dataFolder: string, undo: Undo[]): string {
  const left = readRunFile(dataFolder)?.runDir; // only after a kill: the lock is ours, so nobody uses it
  if (left && /\/chancery-run-\w+$/.test(left)) rmSync(left, { recursive: true, force: true });
  const base = Buffer.byteLength(tmpdir()) > 80 ? "/tmp" : tmpdir(); // a socket's whole path may have 107 bytes
  const runDir = mkdtempSync(join(base, "chancery-run-"));
  undo.push({
    what: "private sockets",
    stop: () => rmSync(runDir, { recursive: true, force: true }),
  });
  return runDir;
}

const portsOf = (env: Env): Ports => ({
  http: env.CHANCERY_HTTP_PORT,
  https: env.CHANCERY_HTTPS_PORT,
  mtls: env.CHANCERY_MTLS_PORT,
});

const runFileOf = (env: Env, runDir: string, databaseUrl: string, ports: Ports) => ({
  pid: process.pid,
  runDir,
  databaseUrl,
  host: env.CHANCERY_HOST,
  httpPort: ports.http,
  httpsPort: ports.https,
  mtlsPort: ports.mtls,
  publicUrl: env.CHANCERY_PUBLIC_URL,
  startedAt: new Date().toISOString(),
});

function onlyOnce(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => (running ??= work());
}
