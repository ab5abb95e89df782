import { rmSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import type { Env } from "@/lib/runtime/env";
import { removeRunFile, type RunFile } from "@/lib/runtime/run-file";
import { startBackups } from "./backups/run-backup";
import type { Ports, RootFingerprint } from "./child";
import type { ChildName, Secrets } from "./child-environment";
import { prepareDataFolder, signerFolder } from "./data-folder";
import { lockDataFolder } from "./data-lock";
import { refuseDemoLog } from "./demo/demo-entry";
import { type DemoFolder, openDemoFolder, refuseDemoFolder } from "./demo/demo-folder";
import { fillByChild, type FillParts } from "./demo/fill-child";
import { forbidCoreFiles } from "./isolation/core-limit";
import { chooseBoundary } from "./isolation/boundary";
import { makeRunFolder } from "./isolation/run-folder";
import { startChildren } from "./start-children";
import { type OpenedDatabase, openSupervisedDatabase } from "./open-database";
import { hasSealedKeys, requireKek } from "./requirements/require-kek";
import { requireKnownSettings } from "./requirements/known-settings";
import { folderIdentity } from "./folder-identity";
import { writeHostToken } from "./host-token";
import { countWorkers, findSharedPorts } from "./workers/count-workers";
import { joinNodes } from "./nodes/join-nodes";
import { sharedSettingsOf } from "./nodes/shared-settings";
import { makeRunState, type RunState } from "./run-state";
import { makeOutput, type Output } from "./output";
import { readSecretFiles, readSettingsFiles, secretsInEnvironment } from "./secret-files";
import { deliveryKeyOf, makeSetupToken, readKek, readSessionSecret } from "./secrets";

export type SuperviseOptions = Readonly<{
  root: string;
  env: Env;
  /** The operator's environment; each process gets only its own part of it. */
  settings: NodeJS.ProcessEnv;
  childFiles: Readonly<Record<ChildName, string>>;
  write: (text: string) => void;
  /** Start a demonstration, and make it first where there is none. */
  demo?: boolean;
}>;

/** A running Chancery. `stop` shuts down in order; `kill` at once, and the next start recovers. */
export type RunningChancery = Readonly<{
  dataFolder: string;
  ports: Ports;
  kekFrom: string;
  databaseText: string;
  /** What keeps the processes apart. */
  boundaryText: string;
  /** The versions of Node.js that its processes run on: one, unless something is wrong. */
  nodeVersions: readonly string[];
  /** The roots that clients trust, by which they can check the first connection. */
  roots: readonly RootFingerprint[];
  setUp: boolean;
  setupToken: string;
  /** The password of everybody in a demonstration; null for any other installation. */
  demoPassword: string | null;
  output: Output;
  stop: () => Promise<void>;
  kill: () => void;
}>;

/** How to stop something that was started; run in reverse order. */
type Cleanup = Readonly<{
  name: string;
  stop: () => Promise<void> | void;
  kill?: () => void;
}>;

/**
 * Starts PostgreSQL, signer, console and gateway, in this order, and keeps them running. If one
 * fails to start, stops the others.
 */
export async function supervise(options: SuperviseOptions): Promise<RunningChancery> {
  const { CHANCERY_LOG_FORMAT: format, CHANCERY_LOG_LEVEL: level } = options.env;
  const output = makeOutput(options.write, { format, frames: level === "debug" }),
    cleanups: Cleanup[] = [];
  const stop = once(async () => {
    for (const part of cleanups.toReversed()) {
      await Promise.resolve(part.stop()).catch((error: unknown) =>
        output.print("chancery", `${part.name}: ${String(error)}`),
      );
    }
  });
  const kill = () => {
    for (const part of cleanups.toReversed()) part.kill?.();
  };
  try {
    return { ...(await startAll(options, output, cleanups)), output, stop, kill };
  } catch (error) {
    await stop();
    throw error;
  }
}

type StartedChancery = Omit<RunningChancery, "output" | "stop" | "kill">;

async function startAll(
  given: SuperviseOptions,
  output: Output,
  cleanups: Cleanup[],
): Promise<StartedChancery> {
  requireKnownSettings(given.settings);
  const workers = countWorkers(given.env);
  const options = { ...given, settings: readSecretFiles(given.settings) };
  warnOfLeaks(given.settings, output);
  const { dataFolder, demo } = await takeDataFolder(options, output, cleanups);
  const boundary = await chooseBoundary({ ...options, dataFolder });
  const runDir = await makeRunFolder(dataFolder, boundary.users);
  const removeRunDir = () => rmSync(runDir, { recursive: true, force: true });
  cleanups.push({ name: "private sockets", stop: removeRunDir });
  const place = { dataFolder, boundary, workers };
  const { database, key } = await openWithKey(options, place, output);
  cleanups.push({ name: "PostgreSQL", stop: database.stop, kill: database.abort });
  const { secrets, setupToken } = readSecrets(options, dataFolder, database, key);
  cleanups.push(await joinOtherNodes(options, dataFolder, secrets, output));
  const state = noteRun({ ...options, dataFolder, runDir, boundary, database });
  cleanups.push({ name: "run.json", stop: () => removeRunFile(dataFolder) });
  await prepareLog(options, { demo, dataFolder, runDir, boundary, secrets, output });
  const { env, settings } = await settingsOfChildren(options, dataFolder, workers);
  const parts = {
    ...options,
    ...place,
    env,
    settings,
    runDir,
    secrets,
    isDemo: demo !== null,
    isKekInData: key.from === join(dataFolder, "kek"),
    drills: {
      root: options.root,
      dataFolder,
      databaseUrl: database.appUrl,
      program: join(options.root, "dist", "drill.mjs"),
      boundary,
    },
  };
  const ready = await startChildren({ ...parts, output, state }, (name, { stop, kill }) =>
    cleanups.push({ name, stop, kill }),
  );
  cleanups.push(startBackups({ ...parts, output }));
  return {
    dataFolder,
    ports: ready.ports ?? portsOf(options.env),
    kekFrom: key.from,
    databaseText: database.description,
    boundaryText: boundary.text,
    nodeVersions: state.nodeVersions(),
    roots: ready.roots ?? [],
    setUp: ready.setUp ?? true,
    setupToken,
    demoPassword: demo?.password ?? null,
  };
}

/** An embedded database has one node: the lock of its data folder sees to that. */
async function joinOtherNodes(
  { env, settings }: SuperviseOptions,
  dataFolder: string,
  secrets: Secrets,
  output: Output,
): Promise<Cleanup> {
  const name = "session with the other nodes";
  if (!settings.DATABASE_URL) return { name, stop: () => {} };
  const stop = await joinNodes({
    databaseUrl: secrets.databaseUrl,
    nodeId: `${hostname()} ${folderIdentity(dataFolder).id}`,
    settings: sharedSettingsOf(env, secrets),
    now: () => new Date(),
    warn: (line) => output.print("chancery", line),
  });
  return { name, stop };
}

/** What the command line and the commands of the host read about this run. */
function noteRun({
  env,
  settings,
  dataFolder,
  runDir,
  boundary,
  database,
}: Pick<SuperviseOptions, "env" | "settings"> &
  Pick<FillParts, "dataFolder" | "runDir" | "boundary"> &
  Readonly<{ database: OpenedDatabase }>): RunState {
  return makeRunState(dataFolder, {
    ...describeRun(env),
    folder: folderIdentity(dataFolder),
    runDir,
    ...describeStores(database, signerFolder(settings, dataFolder)),
    boundary: { kind: boundary.kind, text: boundary.text },
  });
}

/** Makes a new demonstration; refuses to start what is one as an ordinary installation. */
async function prepareLog(
  { root, settings }: SuperviseOptions,
  { demo, ...parts }: Omit<FillParts, "root" | "settings"> & Readonly<{ demo: DemoFolder | null }>,
): Promise<void> {
  const { output, secrets } = parts;
  if (demo === null) return refuseDemoLog(secrets.databaseUrl);
  if (demo.isFilled) return;
  await output.step("demonstration", () =>
    fillByChild({ root, settings, ...parts }, demo.password),
  );
  demo.setFilled();
}

/** Locks the data folder for this run, and says what the operator should know about it. */
async function takeDataFolder(
  { env, settings, demo = false }: SuperviseOptions,
  output: Output,
  cleanups: Cleanup[],
): Promise<Readonly<{ dataFolder: string; demo: DemoFolder | null }>> {
  const dataFolder = resolve(env.CHANCERY_DATA);
  if (prepareDataFolder(dataFolder).isOpen)
    output.print(
      "chancery",
      `other users can look into ${dataFolder}. Run: chmod 700 ${dataFolder}`,
    );
  const lock = await lockDataFolder(dataFolder);
  if (lock.copiedFrom) output.print("chancery", describeCopy(dataFolder, lock.copiedFrom));
  cleanups.push({ name: "lock", stop: lock.release });
  if (demo) return { dataFolder, demo: openDemoFolder(dataFolder, settings) };
  refuseDemoFolder(dataFolder);
  return { dataFolder, demo: null };
}

/** Several gateways open the same ports, so that free ones are chosen for all of them. */
async function settingsOfChildren(
  { env, settings }: SuperviseOptions,
  dataFolder: string,
  workers: number,
): Promise<Pick<SuperviseOptions, "env" | "settings">> {
  const own = { ...settings, CHANCERY_DATA: dataFolder };
  if (workers === 1) return { env, settings: own };
  const shared = await findSharedPorts(env);
  const ports = {
    CHANCERY_HTTP_PORT: String(shared.CHANCERY_HTTP_PORT),
    CHANCERY_HTTPS_PORT: String(shared.CHANCERY_HTTPS_PORT),
    CHANCERY_MTLS_PORT: String(shared.CHANCERY_MTLS_PORT),
  };
  return { env: shared, settings: { ...own, ...ports } };
}

function warnOfLeaks(settings: NodeJS.ProcessEnv, output: Output): void {
  for (const warning of secretsInEnvironment(settings)) output.print("chancery", warning);
  if (!forbidCoreFiles())
    output.print("chancery", "a crash can leave a core file with keys in it. Run: ulimit -c 0");
}

/**
 * The secrets of all processes. Only the setup token leaves the supervisor as it is, printed, and
 * the host's token, in a file of this user's.
 */
function readSecrets(
  { settings }: SuperviseOptions,
  dataFolder: string,
  { appUrl, signerUrl }: OpenedDatabase,
  { kek }: SealingKey,
): Readonly<{ secrets: Secrets; setupToken: string }> {
  const { token, sha256 } = makeSetupToken();
  const secrets = {
    databaseUrl: appUrl,
    signerDatabaseUrl: signerUrl,
    kek,
    adminPassword: settings.CHANCERY_ADMIN_PASSWORD ?? "",
    deliveryKey: deliveryKeyOf(kek),
    sessionSecret: readSessionSecret(dataFolder),
    setupTokenSha256: sha256,
    files: readSettingsFiles(settings, dataFolder),
    hostTokenSha256: writeHostToken(dataFolder),
  };
  return { secrets, setupToken: token };
}

type SealingKey = ReturnType<typeof readKek>;

/** Opens the database; the KEK is checked before anything in it changes. */
async function openWithKey(
  options: SuperviseOptions,
  {
    dataFolder,
    boundary,
    workers,
  }: Pick<FillParts, "dataFolder" | "boundary"> & { workers: number },
  output: Output,
): Promise<Readonly<{ database: OpenedDatabase; key: SealingKey }>> {
  let key: SealingKey | null = null;
  const database = await openSupervisedDatabase({
    ...options,
    dataFolder,
    workers,
    beforeMigrations: async (signerUrl) => {
      key = readKek(dataFolder, options.settings, await hasSealedKeys(signerUrl));
      await requireKek(signerUrl, key.kek, key.from);
    },
    ...(boundary.users ? { clients: boundary.users.gateway.gid } : {}),
    print: (line) => output.print("postgres", line),
    step: output.step,
  });
  if (key === null) throw new Error("unreachable: the database was opened without its check");
  return { database, key };
}

const describeCopy = (folder: string, original: string): string =>
  `${folder} is a copy of ${original}, which is not touched. It has the same CA keys, names and log: use it to look at a restored state or in place of the original, and never let services reach both`;

const portsOf = (env: Env): Ports => ({
  http: env.CHANCERY_HTTP_PORT,
  https: env.CHANCERY_HTTPS_PORT,
  mtls: env.CHANCERY_MTLS_PORT,
});

const describeRun = (env: Env): Omit<RunFile, "runDir" | "databaseUrl" | "boundary"> => ({
  pid: process.pid,
  host: env.CHANCERY_HOST,
  httpPort: env.CHANCERY_HTTP_PORT,
  httpsPort: env.CHANCERY_HTTPS_PORT,
  mtlsPort: env.CHANCERY_MTLS_PORT,
  publicUrl: env.CHANCERY_PUBLIC_URL,
  startedAt: new Date().toISOString(),
  processes: [{ name: "supervisor", pid: process.pid, node: process.version }],
});

const describeStores = (
  { appUrl, backupUrl }: OpenedDatabase,
  folder: string,
): Pick<RunFile, "databaseUrl" | "backupUrl" | "signerFolder"> => ({
  databaseUrl: appUrl,
  signerFolder: folder,
  ...(backupUrl === null ? {} : { backupUrl }),
});

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => (running ??= work());
}
