import type { Deps } from "@/lib/runtime/deps";
import type { SignerClient } from "@/lib/signers/types";
import { monotonicMs } from "@/lib/runtime/monotonic";
import { makeAlertCheck, type AlertCheck } from "@/lib/log/reconcile/check-alerts";
import { checkRowsBeyondEnd, checkEntries } from "./check-entries";
import { makeCheckpointCheck, type CheckpointCheck } from "./check-checkpoints";
import { checkCatalog } from "./check-catalog";
import { checkGuards } from "./check-guards";
import { makeAnchorCheck, type AnchorCheck, type TimestampTrust } from "./check-anchors";
import { makeClockCheck, type ClockCheck } from "./check-clocks";
import { makeCredentialCheck, type CredentialCheck } from "./check-credentials";
import { makeLogsCheck, type LogsCheck } from "./check-logs";
import { checkIndex } from "./check-index";
import { makeSealCheck, type SealCheck } from "@/lib/log/derive/compare-seals";
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
import { readInboxAbout } from "@/lib/log/reconcile/read-inbox";
import type { EntryRecord } from "@/lib/log/types";
import { makeReplay, type Replay } from "@/lib/log/reconcile/replay";

export type VerifyLogDeps = Pick<Deps, "db"> &
  Readonly<{ signer: Pick<SignerClient, "rememberedAll"> }>;
export type VerifyLogOptions = Readonly<{
  /** The witness policy that published checkpoints must meet; none by default. */
  policy?: WitnessPolicy;
  /** The configured time-stamping authority; stamps of others are compared, but not verified. */
  timestamps?: TimestampTrust | undefined;
  /** `done` of about `total`; `note` names the current step. */
  onProgress?: (done: number, total: number, note: string) => void;
  /** The time to rest per unit of work: 0 (default) never rests, 1 works half of the time. */
  restRatio?: number;
  signal?: AbortSignal;
  /** Called with each problem that the report counts but doesn't list, as it is found. */
  onUnlisted?: (check: string, problem: string) => void;
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
  clocks: ClockCheck;
  credentials: CredentialCheck;
  logs: LogsCheck;
  anchors: AnchorCheck;
  alerts: AlertCheck;
  seals: SealCheck;
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

const makeChecks = (onUnlisted: VerifyLogOptions["onUnlisted"]): Checks =>
  Object.fromEntries(
    checkNames.map((name) => [name, makeCheck((message) => onUnlisted?.(name, message))]),
  ) as Record<CheckName, ReturnType<typeof makeCheck>>;

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
  const { onProgress = () => {}, onUnlisted, stateFrom = 0 } = options;
  const checks = makeChecks(onUnlisted);
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
    clocks: makeClockCheck(checks),
    credentials: makeCredentialCheck(checks),
    logs: makeLogsCheck(checks, snapshot.logs),
    anchors: makeAnchorCheck(deps.db, checks, snapshot),
    alerts: makeAlertCheck(deps.db, checks.state),
    seals: makeSealCheck(checks.index.problem),
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
  run.clocks.finish();
  await finishLateChecks(run);
  const untrustedStamps = await run.anchors.finish(options.timestamps ?? null, pacer);
  await run.alerts.finish();
  onProgress(snapshot.size, snapshot.size, "comparing the tables with the log");
  const index = { db: deps.db, check: checks.index, seals: run.seals, pacer };
  await checkIndex(index, snapshot.size, {
    onProgress: (done) =>
      onProgress(snapshot.size, snapshot.size, `comparing the search index, entry ${done}`),
  });
  await reconcile(deps, {
    replay: run.replay,
    pacer,
    check: checks.state,
    onProgress: (done, total) => onProgress(done, total, "comparing the tables with the log"),
  });
  return { ...makeReport(run), untrustedStamps, milliseconds: elapsedMs(startedAt) };
}

const elapsedMs = (since: number): number => Math.round(monotonicMs() - since);

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
    await addRecords(run, rows, end);
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

/** Hands the entries of a page to the checks, and between them the times of their checkpoints. */
async function addRecords(run: Run, rows: readonly EntryRow[], end: number): Promise<void> {
  const { checkpoints, clocks, pacer, sources, snapshot } = run;
  const times = checkpoints.takeTimes();
  const addTimes = (upTo: number): void => {
    while (times[0] !== undefined && times[0].size <= upTo) clocks.addCheckpoint(times.shift()!);
  };
  for (const row of rows) {
    addTimes(row.seq);
    addRecord(run, row);
    // The table of sources was made from exactly these entries.
    if (row.seq + 1 === snapshot.indexedTo) sources.compareTable(snapshot.sources);
    await pacer.yieldIfBusy();
  }
  addTimes(end);
}

function addRecord(run: Run, { seq, reading, sequencedAt }: EntryRow): void {
  const { replay, readable, clocks, alerts, stateFrom } = run;
  readable.add({ seq, ...reading });
  clocks.add({
    seq,
    ts: reading.readable ? Date.parse(reading.record.ts) : null,
    sequencedAt: sequencedAt?.getTime() ?? null,
  });
  if (!reading.readable) return;
  const { record } = reading;
  for (const [add, what] of readersOf(run))
    isolate(
      () => add(seq, record),
      () => readable.addFailure(seq, what),
    );
  isolate(
    () => alerts.add(seq, record, sequencedAt?.getTime() ?? 0),
    () => readable.addFailure(seq, "comparing the alerts"),
  );
  if (seq >= stateFrom)
    isolate(
      () => replay.add({ seq, record }),
      () => readable.addFailure(seq, "the replay"),
    );
}

type AddRecord = (seq: number, record: EntryRecord) => void;

const readersOf = ({
  sources,
  credentials,
  logs,
  anchors,
  seals,
}: Run): readonly (readonly [AddRecord, string])[] => [
  [sources.add, "counting its source"],
  [credentials.add, "comparing its credential"],
  [(_seq, record) => logs.add(record), "comparing the logs"],
  [(_seq, record) => anchors.add(record), "comparing the time stamps"],
  [seals.add, "comparing the search index"],
];

/** One entry whose details nobody foresaw must not end the verification of all others. */
function isolate(read: () => void, onFailure: () => void): void {
  try {
    read();
  } catch {
    onFailure();
  }
}

/**
 * An entry can be sequenced shortly after the heartbeat that reports it as committed, or after the
 * row that it explains was read. So before either counts as a problem, the log is read a little
 * further, and the inbox for what is not numbered yet.
 */
async function finishLateChecks({
  deps: { db },
  pacer,
  sources,
  logs,
  anchors,
  snapshot: { size, logs: rows },
}: Run): Promise<void> {
  const unexplained = await anchors.listUnexplained();
  if (sources.hasMissing() || logs.lacksEntry() || unexplained.length > 0) {
    const inbox = await readInboxAbout(
      db,
      rows.map(({ origin }) => origin),
    );
    const late = await readEntryRows(db, size, size + maxLateEntries, pacer);
    for (const { seq, reading } of late) if (reading.readable) sources.add(seq, reading.record);
    const records = late.flatMap(({ reading }) => (reading.readable ? [reading.record] : []));
    for (const record of [...inbox, ...records]) {
      logs.add(record);
      anchors.add(record);
    }
  }
  sources.finish();
  logs.finish();
}

function makeReport({
  checks,
  checkpoints,
  snapshot: { size },
}: Run): Omit<LogReport, "untrustedStamps" | "milliseconds"> {
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
  };
}
