import {
  type LeaderSession,
  type Queryable,
  type Running,
  settleWithTimeout,
  startLeader,
  withClient,
} from "@/lib/log/sequence/leader";
import { runIndexer } from "@/lib/log/segments/indexer";
import { runSequencer } from "@/lib/log/sequence/sequencer";
import { monotonicMs } from "@/lib/runtime/monotonic";
import { compareWithRemembered, findContradiction } from "./find-contradiction";
import { haltLog } from "./halt-log";
import { makeIntegrator, type TreeHead } from "./integrator";
import { readHead, readLogs } from "./log-repository";
import { runMaintenance } from "./maintenance";
import { makeNotifier, type Notifier } from "./notifier";
import { openLog } from "./open-log";
import { runPublisher } from "./publisher";
import type { CollectCosignatures, ReadWitnessCheckpoints } from "@/lib/log/cosign/types";
import type { Halt, LogIdentity, PublishDeps } from "./types";

export type PipelineOptions = Readonly<{
  collectCosignatures?: CollectCosignatures | undefined;
  /**
   * Called before anything is numbered or signed: a checkpoint that a witness remembers counts as
   * much as one that the signer remembers.
   */
  readWitnessCheckpoints?: ReadWitnessCheckpoints | undefined;
  /** Called for errors; the pipeline retries by itself. */
  onError?: (error: unknown) => void;
  /** Called with messages for the operator: progress, a halt. */
  onMessage?: (text: string) => void;
  onAdvance?: (size: number) => void;
  onPublished?: (size: number) => void;
}>;

export type Pipeline = Running &
  Readonly<{
    isLeading: () => boolean;
    /**
     * Why this process cannot number or publish at the moment; null while it can, or while another
     * process leads.
     */
    lastError: () => string | null;
  }>;

type IntactLog = Readonly<{ log: LogIdentity; rememberedSize: number }>;
/** One process's term as the leader. */
type Term = Readonly<{
  deps: PublishDeps;
  options: PipelineOptions;
  session: LeaderSession;
  onError: (error: unknown) => void;
}>;
type Db = Readonly<{ pool: Queryable }>;

const retryIntervalMs = 500;
/** Ten times a second the tree grows while entries come: more often than checkpoints are signed. */
const minGrowthIntervalMs = 100;
const progressIntervalMs = 5_000;
const errorMessage = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/**
 * The log's pipeline: numbers committed entries, integrates them into the tree, signs and publishes
 * checkpoints, and indexes. Every gateway runs one; one of them leads, and another takes over
 * within seconds if it dies. Before the leader numbers anything it compares the database with what
 * the signer remembers, and halts the log if they contradict each other.
 */
export function startLogPipeline(deps: PublishDeps, options: PipelineOptions = {}): Pipeline {
  let isLeading = false;
  let lastError: string | null = null;
  const onError = (error: unknown): void => {
    lastError = errorMessage(error);
    options.onError?.(error);
  };
  const onPublished = (size: number): void => {
    lastError = null;
    options.onPublished?.(size);
  };
  const lead = async (session: LeaderSession): Promise<void> => {
    isLeading = true;
    const indexing = runIndexer(deps.db, session, { onError });
    try {
      while (!session.signal.aborted)
        await runOnce({ deps, session, onError, options: { ...options, onPublished } });
    } finally {
      isLeading = false;
      await settleWithTimeout([indexing]);
    }
  };
  const running = startLeader(deps.db, { lead, onError });
  return {
    ...running,
    isLeading: () => isLeading,
    lastError: () => (isLeading ? lastError : null),
  };
}

function makeProgressReporter({
  onMessage,
}: PipelineOptions): (size: number, target: number) => void {
  let reportedAt = -Infinity;
  return (size, target) => {
    if (monotonicMs() - reportedAt < progressIntervalMs) return;
    reportedAt = monotonicMs();
    onMessage?.(`the log's tree holds ${size} of ${target} entries`);
  };
}

/** Compares with what is remembered, then runs until the log is halted or continued or a step fails. */
async function runOnce(term: Term): Promise<void> {
  const { deps, session } = term;
  try {
    const intact = await findIntactLog(term);
    // Separate connections: publishing must not queue behind the requests of a busy gateway.
    if (intact)
      await withClient(deps.db, (_own, growing) =>
        withClient(deps.db, (_other, publishing) =>
          runWhileIntact(term, intact, { pool: growing }, { pool: publishing }),
        ),
      );
  } catch (error) {
    if (session.signal.aborted) return;
    term.onError(error);
  }
  await session.sleep(retryIntervalMs);
}

/** The log to work on; null if there is none at the moment (halted, contradicted, just opened). */
async function findIntactLog(term: Term): Promise<IntactLog | null> {
  const { deps } = term;
  if ((await readHead(deps.db)).halted) return null;
  const comparison = await compareWithRemembered({
    deps,
    integrator: makeIntegrator(deps.db, makeProgressReporter(term.options)),
  });
  if (comparison.state === "none") {
    await openLog(deps);
    return null;
  }
  const contradiction =
    comparison.state === "contradicted"
      ? comparison.halt
      : await findWitnessContradiction(term, comparison.log);
  if (contradiction !== null) {
    await halt(term, contradiction);
    return null;
  }
  return comparison.state === "intact"
    ? { log: comparison.log, rememberedSize: comparison.remembered?.size ?? 0 }
    : null;
}

/** A restore that also reverted the signer's memory is detected by what the witnesses remember. */
async function findWitnessContradiction(
  { deps, options }: Term,
  { origin, vkey }: LogIdentity,
): Promise<Halt | null> {
  const remembered = (await options.readWitnessCheckpoints?.(origin, vkey)) ?? [];
  for (const { witness, note } of remembered) {
    const contradiction = await contradictionOfWitness(deps, witness, note);
    if (contradiction) return contradiction;
  }
  return null;
}

const contradictionOfWitness = (
  deps: PublishDeps,
  witness: string,
  note: string,
): Promise<Halt | null> =>
  findContradiction(
    { deps, integrator: makeIntegrator(deps.db) },
    note,
    `The witness ${witness} remembers`,
  );

async function halt({ deps, options }: Term, reason: Halt): Promise<void> {
  if (await haltLog(deps, reason)) options.onMessage?.(`the log is halted: ${reason.message}`);
}

/** What the tasks of one run share. */
type RunState = { logSize: number; sequencedCount: number; treeHead: TreeHead };

/** Sequences, integrates and publishes until the first task ends or fails; then stops the others. */
async function runWhileIntact(
  term: Term,
  { log, rememberedSize }: IntactLog,
  growing: Db,
  publishing: Db,
): Promise<void> {
  const { deps, options, session, onError } = term;
  const { sleep } = session;
  const integrator = makeIntegrator(growing, makeProgressReporter(options));
  const ended = new AbortController();
  const signal = AbortSignal.any([session.signal, ended.signal]);
  const logGrown = makeNotifier(signal);
  const treeGrown = makeNotifier(signal);
  const state: RunState = {
    logSize: 0,
    sequencedCount: 0,
    treeHead: await integrator.growTo(0),
  };
  const onAdvance = (size: number): void => {
    if (state.logSize > 0) state.sequencedCount += size - state.logSize;
    state.logSize = size;
    logGrown.notify();
    options.onAdvance?.(size);
  };
  const tasks = [
    runSequencer(session.client, { signal, sleep }, onAdvance),
    integrate(integrator, state, { signal, sleep, logGrown, treeGrown }),
    runPublisher({
      db: publishing,
      signer: deps.signer,
      log,
      rememberedSize,
      treeHead: () => state.treeHead,
      treeGrown,
      signal,
      collectCosignatures: options.collectCosignatures,
      onError,
      onPublished: options.onPublished,
      onAhead: (witness, note) => haltIfContradicted(term, witness, note),
    }),
    waitForHaltOrContinuation(growing, log, signal, sleep),
    runMaintenance(deps.db, {
      signal,
      sleep,
      takeSequencedCount: () => takeSequencedCount(state),
      onError,
    }),
  ];
  try {
    await Promise.race(tasks);
  } finally {
    ended.abort();
    await settleWithTimeout(tasks);
  }
}

/** Adds what was sequenced to the tree until the signal aborts. */
async function integrate(
  integrator: ReturnType<typeof makeIntegrator>,
  state: RunState,
  {
    signal,
    sleep,
    logGrown,
    treeGrown,
  }: Pick<LeaderSession, "signal" | "sleep"> &
    Readonly<{ logGrown: Notifier; treeGrown: Notifier }>,
): Promise<void> {
  for (let nextAt = 0; !signal.aborted;) {
    const delayMs = nextAt - monotonicMs();
    if (state.logSize <= state.treeHead.size) await logGrown.wait(retryIntervalMs);
    else if (delayMs > 0) await sleep(delayMs);
    else {
      nextAt = monotonicMs() + minGrowthIntervalMs;
      state.treeHead = await integrator.growTo(state.logSize);
      treeGrown.notify();
    }
  }
}

function takeSequencedCount(state: RunState): number {
  const count = state.sequencedCount;
  state.sequencedCount = 0;
  return count;
}

async function haltIfContradicted(term: Term, witness: string, note: string): Promise<void> {
  const contradiction = await contradictionOfWitness(term.deps, witness, note);
  if (contradiction) await halt(term, contradiction);
}

/** Resolves when the log was halted or continued, by this process or another. */
async function waitForHaltOrContinuation(
  db: Db,
  log: LogIdentity,
  signal: AbortSignal,
  sleep: (ms: number) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    await sleep(retryIntervalMs);
    const [{ halted }, [newest]] = await Promise.all([readHead(db), readLogs(db)]);
    if (halted || newest?.generation !== log.generation) return;
  }
}
