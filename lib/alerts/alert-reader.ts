import { setImmediate as yieldToOthers } from "node:timers/promises";
import { isAboutData } from "@/lib/alerts/read/is-about-data";
import { commitBatch, type CommitDeps } from "@/lib/alerts/read/commit-batch";
import {
  emptyEvaluation,
  evaluateBatch,
  type BatchEvaluation,
  type Pacing,
} from "@/lib/alerts/read/evaluate-batch";
import { prepareState } from "@/lib/alerts/read/prepare-state";
import { readRuleState, trimRuleState, type RuleState } from "@/lib/alerts/read/rule-state";
import { addSkippedFinding, ruleFailed, toSkipped } from "@/lib/alerts/read/skipped-entries";
import type { NumberedEntry, ReadableEntry, UnreadableEntry } from "@/lib/log/read-entry";
import { readEntries, type SkippedEntry } from "./rule-state-repository";

export type AlertReader = Readonly<{
  /** Processes the next batch of entries; returns how many, and how many alerts they opened. */
  readNext: () => Promise<Readonly<{ read: number; opened: number }>>;
}>;

/** Pages are short because each is parsed without yielding. */
const batchSize = 1_000;
const pageSize = 200;

/**
 * Evaluates the rules over the log, each entry exactly once, even if a process is killed in the
 * middle: what a batch changes is committed together with the cursor. Several readers may run at
 * once; only one of them commits each batch, and the others continue from the new cursor. An entry
 * that can't be read, or that nothing can be committed with, is counted, reported and skipped.
 * `elapsedMs`: a monotonic clock.
 */
export function makeAlertReader(deps: CommitDeps, elapsedMs: () => number): AlertReader {
  const pacing: Pacing = { elapsedMs, yieldToOthers: () => yieldToOthers() };
  let cached: RuleState | null = null;
  let limit = batchSize;
  return {
    readNext: async () => {
      const state = cached ?? (await readRuleState(deps));
      // Evaluating changes the state. If anything fails below, it may be ahead of the database.
      cached = null;
      const rows = await readRows(deps, state.upto, limit);
      if (rows.length === 0) {
        cached = state;
        return { read: 0, opened: 0 };
      }
      try {
        const opened = await readBatch(deps, state, rows, pacing);
        limit = Math.min(2 * limit, batchSize);
        cached = state;
        return { read: rows.length, opened };
      } catch (error) {
        if (!isAboutData(error)) throw error;
        // Something in this batch can't be committed. Smaller batches find the entry; alone, it is
        // skipped.
        const only = rows.length === 1 ? rows[0] : undefined;
        limit = Math.max(1, Math.floor(rows.length / 2));
        const opened = only === undefined ? 0 : await skipEntry(deps, only.seq);
        return { read: rows.length, opened };
      }
    },
  };
}

async function readBatch(
  deps: CommitDeps,
  state: RuleState,
  rows: readonly NumberedEntry[],
  pacing: Pacing,
): Promise<number> {
  const readable: ReadableEntry[] = [];
  const unreadable: UnreadableEntry[] = [];
  for (const row of rows)
    if (row.readable) readable.push(row);
    else unreadable.push(row);
  await prepareState(deps, state, readable);
  const evaluation = await evaluateBatch(state, readable, pacing);
  await yieldToOthers();
  return commitRows(deps, state, rows, evaluation, toSkipped(unreadable, evaluation.failed));
}

/** Moves the cursor past one entry; nothing of it counts. */
async function skipEntry(deps: CommitDeps, seq: number): Promise<number> {
  const state = await readRuleState(deps);
  const skipped: SkippedEntry[] = [{ seq, problem: ruleFailed }];
  return commitRows(deps, state, [{ seq }], emptyEvaluation(), skipped);
}

async function commitRows(
  deps: CommitDeps,
  state: RuleState,
  rows: readonly Readonly<{ seq: number }>[],
  evaluation: BatchEvaluation,
  skipped: readonly SkippedEntry[],
): Promise<number> {
  addSkippedFinding(state, evaluation, skipped, deps.clock.now().getTime());
  const to = (rows.at(-1)?.seq ?? state.upto - 1) + 1;
  const opened = await commitBatch(deps, { from: state.upto, to }, evaluation, skipped);
  state.upto = to;
  trimRuleState(state);
  return opened;
}

async function readRows(deps: CommitDeps, from: number, limit: number): Promise<NumberedEntry[]> {
  const rows: NumberedEntry[] = [];
  for (let isFull = true; isFull && rows.length < limit;) {
    const take = Math.min(pageSize, limit - rows.length);
    const page = await readEntries(deps.db, from + rows.length, take);
    rows.push(...page);
    isFull = page.length === take;
  }
  return rows;
}
