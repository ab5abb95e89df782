import type { Deps } from "@/lib/runtime/deps";
import type { SignerClient } from "@/lib/signers/types";
import { monotonicMs } from "@/lib/runtime/monotonic";
import { checkRowsBeyondEnd, checkEntries } from "./check-entries";
import { makeCheckpointCheck, type CheckpointCheck } from "./check-checkpoints";
import { checkCatalog } from "./check-catalog";
import { checkGuards } from "./check-guards";
import { checkIndex, checkTimeSpans } from "./check-index";
import {
  checkRoot,
  readRemembered,
  type RememberedCheckpoint,
  checkRemembered,
} from "./check-remembered";
import { makeReadableCheck, type ReadableCheck } from "./check-readable";
import { makeSourceCheck, type SourceCheck } from "./check-sources";
import { checkSurplusTiles, makeTreeCheck, type TreeCheck } from "./check-tree";
import { makePacer, type Pacer } from "@/lib/log/reconcile/pacer";
import { makeCheck } from "@/lib/log/reconcile/check";
import { readEntryRows } from "./read-entry-rows";
import { type LogReport, type Snapshot, readSnapshot } from "./snapshot";
import { checkNames, type CheckName, type Checks, type EntryRow } from "./types";
import { emptyWitnessPolicy, type WitnessPolicy } from "@/lib/log/pure/witness-policy";
import { reconcile } from "@/lib/log/reconcile/reconcile";
import { makeReplay, type Replay } from "@/lib/log/reconcile/replay";

export type VerifyLogDeps = Pick<Deps, "db"> &
  Readonly<{ signer: Pick<SignerClient, "rememberedAll"> }>;
export type VerifyLogOptions = Readonly<{
  /** The witness policy that published checkpoints must meet; none by default. */
  policy?: WitnessPolicy;
  /** `done` of about `total`; `note` names the current step. */
  onProgress?: (done: number, total: number, note: string) => void;
  /** The time to rest per unit of work: 0 (default) never rests, 1 works half of the time. */
  restRatio?: number;
  signal?: AbortSignal;
  /** The entry from which the tables are replayed; 0 unless the tables start later. */
  stateFrom?: number;
}>;

/** The checks of one verification and what they share. */
type Run = Readonly<{
  deps: VerifyLogDeps;
  checks: Checks;
  pacer: Pacer;
  snapshot: Snapshot;
  remembered: readonly RememberedCheckpoint[];
  tree: TreeCheck;
  checkpoints: CheckpointCheck;
  sources: SourceCheck;
  readable: ReadableCheck;
  replay: Replay;
  stateFrom: number;
}>;

/** Two tiles: a page is small enough to receive without blocking the event loop. */
const pageSize = 512;
/**
 * How many entries can follow a heartbeat although they were committed before it: one batch of the
 * sequencer.
 */
const maxLateEntries = 5_000;

const makeChecks = (): Checks =>
  Object.fromEntries(checkNames.map((name) => [name, makeCheck()])) as Record<
    CheckName,
    ReturnType<typeof makeCheck>
  >;

/**
 * Verifies the whole log in the database, up to its size at the start: every entry's number, hash
 * and id; the tree over the entries against every checkpoint, the stored tiles and the signer's
 * memory; signatures and cosignatures; the search index; the numbers of each source; the guards;
 * and the tables against a replay. Read-only; it can run while the log grows and never blocks the
 * event loop for long. Throws database errors and the signal's reason; problems of the log are in
 * the report.
 */
export async function verifyLog(
  deps: VerifyLogDeps,
  options: VerifyLogOptions = {},
): Promise<LogReport> {
  const startedAt = monotonicMs();
  const checks = makeChecks();
  const { onProgress = () => {}, stateFrom = 0 } = options;
  const pacer = makePacer(options.restRatio ?? 0, options.signal);
  // Read before the snapshot: the signer's memory only grows, so the snapshot must contain it.
  const notes = await readRemembered(() => deps.signer.rememberedAll(), checks);
  const snapshot = await readSnapshot(deps.db);
  const run: Run = {
    deps,
    checks,
    pacer,
    snapshot,
    stateFrom,
    remembered: notes === null ? [] : await checkRemembered(notes, checks, snapshot),
    tree: makeTreeCheck(deps.db, checks, snapshot, pacer),
    sources: makeSourceCheck(checks),
    readable: makeReadableCheck(checks),
    replay: makeReplay(checks.state.problem, stateFrom),
    checkpoints: await makeCheckpointCheck(deps.db, checks, snapshot, {
      policy: options.policy ?? emptyWitnessPolicy,
      pacer,
    }),
  };
  checkRowsBeyondEnd(checks, snapshot);
  await checkGuards(deps.db, checks);
  await checkCatalog(deps.db, checks);
  await checkSurplusTiles(deps.db, checks);
  await checkEntryPages(run, onProgress);
  run.readable.finish();
  await finishSourceCheck(run);
  onProgress(snapshot.size, snapshot.size, "comparing the tables with the log");
  await checkTimeSpans(deps.db, checks, Math.min(snapshot.size, snapshot.indexedTo));
  await reconcile(deps, {
    replay: run.replay,
    pacer,
    check: checks.state,
    onProgress: (done, total) => onProgress(done, total, "comparing the tables with the log"),
  });
  return makeReport(run, monotonicMs() - startedAt);
}

async function checkEntryPages(
  run: Run,
  onProgress: NonNullable<VerifyLogOptions["onProgress"]>,
): Promise<void> {
  const {
    deps: { db },
    checks,
    pacer,
    snapshot: { size },
  } = run;
  let isComplete = true;
  for (let from = 0; from < size; from += pageSize) {
    const end = Math.min(from + pageSize, size);
    const rows = await readEntryRows(db, from, end, pacer);
    isComplete = checkEntries(checks, rows, from, end) && isComplete;
    // With missing entries there is no tree to compare; the numbers check reports them.
    if (isComplete) await checkTree(run, rows, from, end);
    await checkIndex(db, checks, from, end);
    for (const row of rows) {
      addRecord(run, row);
      await pacer.yieldIfBusy();
    }
    run.replay.advanceTo(end);
    onProgress(end, size, "reading the entries");
    await pacer.rest();
  }
}

async function checkTree(
  { checks, tree, checkpoints, remembered }: Run,
  rows: readonly EntryRow[],
  from: number,
  end: number,
): Promise<void> {
  const sizes = await checkpoints.loadRange(from, end);
  const rememberedHere = remembered.filter(
    ({ checkpoint: { size } }) => size > from && size <= end,
  );
  await tree.add(
    rows,
    [...sizes, ...rememberedHere.map(({ checkpoint }) => checkpoint.size)],
    async (size, rootHex) => {
      await checkpoints.compareRoot(size, rootHex);
      for (const one of rememberedHere)
        if (one.checkpoint.size === size) checkRoot(checks, one, rootHex);
    },
  );
}

function addRecord(
  { replay, sources, readable, stateFrom }: Run,
  { seq, reading }: EntryRow,
): void {
  readable.add({ seq, ...reading });
  if (!reading.readable) return;
  const { record } = reading;
  isolate(
    () => sources.add(seq, record),
    () => readable.addFailure(seq, "counting its source"),
  );
  if (seq >= stateFrom)
    isolate(
      () => replay.add({ seq, record }),
      () => readable.addFailure(seq, "the replay"),
    );
}

/** One entry whose details nobody foresaw must not end the verification of all others. */
function isolate(read: () => void, onFailure: () => void): void {
  try {
    read();
  } catch {
    onFailure();
  }
}

/**
 * An entry can be sequenced shortly after the heartbeat that reports it as committed, so the log is
 * read a little further before such an entry counts as missing.
 */
async function finishSourceCheck({
  deps: { db },
  pacer,
  sources,
  snapshot: { size },
}: Run): Promise<void> {
  if (sources.hasMissing())
    for (const { seq, reading } of await readEntryRows(db, size, size + maxLateEntries, pacer))
      if (reading.readable) sources.add(seq, reading.record);
  sources.finish();
}

function makeReport(
  { checks, checkpoints, snapshot: { size } }: Run,
  milliseconds: number,
): LogReport {
  const { level, size: checkpointSize } = checkpoints.finish();
  const results = checkNames.map((name) => {
    const { checked, count, problems, unlisted } = checks[name].result();
    return { name, checked, count, problems, unlisted };
  });
  return {
    ok: results.every(({ count }) => count === 0),
    level,
    size,
    checkpointSize,
    checks: results,
    milliseconds: Math.round(milliseconds),
  };
}
