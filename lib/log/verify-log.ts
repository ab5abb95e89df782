import type { Deps, SignerClient } from "@/lib/deps";
import { checkBeyond, checkEntries } from "./live/check-entries";
import { makeCheckpointCheck, type CheckpointCheck } from "./live/check-checkpoints";
import { checkGuards } from "./live/check-guards";
import { checkIndex, checkSpans } from "./live/check-index";
import {
  checkRoot,
  readRemembered,
  type Remembered,
  weighRemembered,
} from "./live/check-remembered";
import { makeSourceCheck, type SourceCheck } from "./live/check-sources";
import { checkSpareTiles, makeTreeCheck, type TreeCheck } from "./live/check-tree";
import { makePacer, type Pacer } from "./live/pace";
import { makeCheck } from "./live/problems";
import { readPage } from "./live/read-page";
import { type LogReport, type Snapshot, takeSnapshot } from "./live/snapshot";
import { checkNames, type CheckName, type Checks, type EntryRow } from "./live/types";
import { emptyPolicy, type Policy } from "./pure/policy";
import { reconcile } from "./reconcile/reconcile";
import { makeReplay, type Replay } from "./reconcile/replay";

export type { LogReport } from "./live/snapshot";

export type VerifyDeps = Pick<Deps, "db"> &
  Readonly<{ signer: Pick<SignerClient, "rememberedAll"> }>;
export type VerifyOptions = Readonly<{
  /** Whose cosignatures the published checkpoints need; nobody's by default. */
  policy?: Policy;
  /** `done` of `total`, about; `note` says what is being done. */
  onProgress?: (done: number, total: number, note: string) => void;
  /** How long to rest for each unit of work: 0 (default) as fast as possible, 1 works half of the time. */
  restRatio?: number;
  signal?: AbortSignal;
  /** Rows are compared with the entries from this one on; 0 unless the tables hold only what was made later. */
  stateFrom?: number;
}>;

type Run = Readonly<{
  deps: VerifyDeps;
  checks: Checks;
  pacer: Pacer;
  snapshot: Snapshot;
  remembered: readonly Remembered[];
  tree: TreeCheck;
  checkpoints: CheckpointCheck;
  sources: SourceCheck;
  replay: Replay;
  stateFrom: number;
}>;

/** Two tiles: what one page costs to receive holds up nobody. */
const PAGE = 512;
/** How many entries may stand after a heartbeat though they were committed before it: what the sequencer takes at once. */
const LATE = 5_000;

const makeChecks = (): Checks =>
  Object.fromEntries(checkNames.map((name) => [name, makeCheck()])) as Record<
    CheckName,
    ReturnType<typeof makeCheck>
  >;

/**
 * Verifies the whole log in the database as it stands when this begins: every entry's number, hash and id; the tree over them against every
 * checkpoint, the stored tiles and what is remembered outside the database; signatures and cosignatures; the search index; the numbers of
 * each source; the guards; and the tables against a replay. Changes nothing, may run while the log grows, and never holds the event loop for
 * long. Throws what the database throws, or the signal's reason; what is wrong with the log is in the report.
 */
export async function verifyLog(deps: VerifyDeps, options: VerifyOptions = {}): Promise<LogReport> {
  const began = performance.now(),
    checks = makeChecks(),
    { onProgress = () => {}, stateFrom = 0 } = options;
  const pacer = makePacer(options.restRatio ?? 0, options.signal);
  // Asked first: it only grows, so what it says must be in the log that is looked at afterwards.
  const notes = await readRemembered(() => deps.signer.rememberedAll(), checks);
  const snapshot = await takeSnapshot(deps.db);
  const run: Run = {
    deps,
    checks,
    pacer,
    snapshot,
    stateFrom,
    remembered: notes === null ? [] : await weighRemembered(notes, checks, snapshot),
    tree: makeTreeCheck(deps.db, checks, snapshot, pacer),
    sources: makeSourceCheck(checks),
    replay: makeReplay(checks.state.wrong, stateFrom),
    checkpoints: await makeCheckpointCheck(deps.db, checks, snapshot, {
      policy: options.policy ?? emptyPolicy,
      pacer,
    }),
  };
  checkBeyond(checks, snapshot);
  await checkGuards(deps.db, checks);
  await checkSpareTiles(deps.db, checks);
  await readThrough(run, onProgress);
  await finishSources(run);
  onProgress(snapshot.size, snapshot.size, "comparing the tables with the log");
  await checkSpans(deps.db, checks, Math.min(snapshot.size, snapshot.indexedTo));
  await reconcile(deps, {
    replay: run.replay,
    pacer,
    check: checks.state,
    onProgress: (done, total) => onProgress(done, total, "comparing the tables with the log"),
  });
  return reportOf(run, performance.now() - began);
}

async function readThrough(
  run: Run,
  onProgress: NonNullable<VerifyOptions["onProgress"]>,
): Promise<void> {
  const {
    deps: { db },
    checks,
    pacer,
    snapshot: { size },
  } = run;
  let whole = true;
  for (let from = 0; from < size; from += PAGE) {
    const below = Math.min(from + PAGE, size),
      rows = await readPage(db, from, below, pacer);
    whole = checkEntries(checks, rows, from, below) && whole;
    // Where entries are missing there is no tree to compare; the numbers say it.
    if (whole) await checkTree(run, rows, from, below);
    await checkIndex(db, checks, from, below);
    for (const row of rows) {
      takeRecord(run, row);
      await pacer.breathe();
    }
    run.replay.reach(below);
    onProgress(below, size, "reading the entries");
    await pacer.rest();
  }
}

async function checkTree(
  { checks, tree, checkpoints, remembered }: Run,
  rows: readonly EntryRow[],
  from: number,
  below: number,
): Promise<void> {
  const sizes = await checkpoints.sizesIn(from, below),
    wanted = remembered.filter(({ checkpoint: { size } }) => size > from && size <= below);
  await tree.take(
    rows,
    [...sizes, ...wanted.map(({ checkpoint }) => checkpoint.size)],
    async (size, rootHex) => {
      await checkpoints.at(size, rootHex);
      for (const one of wanted) if (one.checkpoint.size === size) checkRoot(checks, one, rootHex);
    },
  );
}

function takeRecord({ replay, sources, stateFrom }: Run, { seq, record }: EntryRow): void {
  if (record === null) return;
  sources.take(seq, record);
  if (seq >= stateFrom) replay.take({ seq, record });
}

/** A number that its source has settled may stand a little after the heartbeat that says so: then the log is read on before it counts as lost. */
async function finishSources({
  deps: { db },
  pacer,
  sources,
  snapshot: { size },
}: Run): Promise<void> {
  if (sources.anyMissing())
    for (const { seq, record } of await readPage(db, size, size + LATE, pacer))
      if (record !== null) sources.take(seq, record);
  sources.finish();
}

function reportOf(
  { checks, checkpoints, snapshot: { size } }: Run,
  milliseconds: number,
): LogReport {
  const { level, size: checkpointSize } = checkpoints.reached();
  const found = checkNames.map((name) => {
    const { checked, count, words } = checks[name].findings();
    return { name, checked, count, problems: words };
  });
  return {
    ok: found.every(({ count }) => count === 0),
    level,
    size,
    checkpointSize,
    checks: found,
    milliseconds: Math.round(milliseconds),
  };
}
