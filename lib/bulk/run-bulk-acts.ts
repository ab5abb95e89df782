import type { Actor } from "@/lib/access/actor";
import { isAppError } from "@/lib/errors/app-error";
import type { ErrorCode } from "@/lib/errors/codes";
import { httpStatusOf } from "@/lib/errors/http-status";
import type { EntryId } from "@/lib/format/ids";
import { uniqueViolation } from "@/lib/log/record/audited-transaction";
import { recordRefusalEntry } from "@/lib/log/record/record-refusal";
import { makeRecorder } from "@/lib/log/record/recorder";
import type { Deps } from "@/lib/runtime/deps";
import {
  type BulkHead,
  type BulkItem,
  type BulkResult,
  insertResultWithin,
  listPendingItems,
  listRunningBulk,
  saveResult,
} from "./bulk-repository";
import { changeItem, readSeenState } from "./change-item";
import { endBulkAct } from "./end-bulk-act";
import { bulkSystemActor, findBulkActor } from "./find-bulk-actor";
import { finishUnsigned, issueItem } from "@/lib/bulk/requests/issue-item";
import { type BulkAct, type BulkOutcome, nounOf } from "./schema";

export type BulkDeps = Deps;
type Run = Readonly<{
  signal: AbortSignal;
  /** An error that is a bug: its item is reported as failed, and the others go on. */
  onBug: (error: unknown) => void;
}>;

/** So that a small bulk action doesn't wait for the end of a large one. */
const itemsATurn = 200;
const concurrency = 6;

/**
 * Gives each running bulk action a turn; returns how many items were tried. Every item goes through
 * the use case for one, with the actor's role and state of that moment, and its result
 * commits with its change: a process that dies repeats nothing. Once no item is left, or the actor
 * may no longer, the bulk action ends with an entry. Throws what a later turn can succeed with, such
 * as `record.unavailable`.
 */
export async function runBulkActs(deps: BulkDeps, run: Run): Promise<number> {
  let tried = 0;
  const errors: unknown[] = [];
  for (const bulk of await listRunningBulk(deps.db)) {
    if (run.signal.aborted) break;
    // One that can't go on, as a release while the log is halted, must not keep a revocation waiting.
    tried += await runTurn(deps, run, bulk).catch((error: unknown) => {
      errors.push(error);
      return 0;
    });
  }
  if (errors.length > 0) throw errors[0];
  return tried;
}

async function runTurn(deps: BulkDeps, run: Run, bulk: BulkHead): Promise<number> {
  const items = await listPendingItems(deps.db, bulk.id, itemsATurn);
  if (items.length === 0) {
    const { actor } = await findBulkActor(deps, bulk);
    if (bulk.act === "issue" && actor !== null) await finishUnsigned(deps, actor, bulk.id);
    await endBulkAct(deps, bulkSystemActor(bulk.id), bulk.id, { status: "finished" });
  }
  await runLanes(items, run.signal, (item) => runItem(deps, run, bulk, item));
  return Math.max(items.length, 1);
}

/** Several at a time, in order; after an error or once `work` returns false, no other begins. */
async function runLanes(
  items: readonly BulkItem[],
  signal: AbortSignal,
  work: (item: BulkItem) => Promise<boolean>,
): Promise<void> {
  const queue = items.values();
  let going = true;
  const lane = async (): Promise<void> => {
    for (const item of queue) {
      if (!going || signal.aborted) return;
      going = (await work(item)) && going;
    }
  };
  const lanes = await Promise.allSettled(
    Array.from({ length: concurrency }, () =>
      lane().catch((error: unknown) => {
        going = false;
        throw error;
      }),
    ),
  );
  const failed = lanes.find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

/** Someone else was faster with what the bulk action would have done. */
const changedMeanwhile: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "certificate.changed-meanwhile",
  "alert.acknowledged",
  "alert.resolved",
  "alert.reassigned",
]);

/** Thrown inside an item's transaction, to roll it back: the bulk action ended meanwhile. */
const ended = new Error("the bulk action has ended");

/** False once the bulk action has ended. */
async function runItem(
  deps: BulkDeps,
  { onBug }: Run,
  bulk: BulkHead,
  item: BulkItem,
): Promise<boolean> {
  const { actor, cause } = await findBulkActor(deps, bulk);
  if (actor === null) {
    await endBulkAct(deps, bulkSystemActor(bulk.id), bulk.id, { status: "stopped", cause });
    return false;
  }
  const isRequest = bulk.act === "issue";
  if (!isRequest && (await readSeenState(deps, bulk, item.id)) !== item.state) {
    await saveChanged(deps, bulk, item);
    return true;
  }
  try {
    if (isRequest) await issueItem(deps, actor, bulk, item, ended);
    else await changeRecorded(deps, actor, bulk, item);
  } catch (error) {
    if (error === ended) return false;
    if (isAppError(error) && error.kind === "unavailable") throw error;
    if (isAppError(error) && changedMeanwhile.has(error.code)) {
      await saveChanged(deps, bulk, item);
      return true;
    }
    // Another process was faster with this very item, and has noted it.
    if (uniqueViolation(error) !== null) return true;
    if (!isAppError(error)) onBug(error);
    await refuse(deps, actor, { bulk, item, error });
  }
  return true;
}

/** The change of one item; its transaction notes the result with it. */
async function changeRecorded(
  deps: BulkDeps,
  actor: Actor,
  bulk: BulkHead,
  item: BulkItem,
): Promise<void> {
  const alongside: Parameters<typeof makeRecorder>[0]["alongside"] = async (tx, entryId) => {
    const result = resultOf(deps, bulk, item, {
      outcome: "done",
      code: null,
      message: null,
      entryId,
    });
    if (!(await insertResultWithin(tx, result))) throw ended;
  };
  const recorder = makeRecorder({ ...deps.recorder, scope: null, alongside });
  await changeItem({ ...deps, recorder }, actor, bulk, item);
}

type Outcome = Readonly<{
  outcome: BulkOutcome;
  code: string | null;
  message: string | null;
  entryId: string | null;
}>;

const resultOf = (
  { clock }: Pick<Deps, "clock">,
  { id }: BulkHead,
  { n }: BulkItem,
  outcome: Outcome,
): BulkResult => ({ bulkId: id, n, ...outcome, at: clock.now() });

const save = (deps: BulkDeps, bulk: BulkHead, item: BulkItem, outcome: Outcome): Promise<void> =>
  saveResult(deps.db, resultOf(deps, bulk, item, outcome));

const saveChanged = (deps: BulkDeps, bulk: BulkHead, item: BulkItem): Promise<void> =>
  save(deps, bulk, item, {
    outcome: "changed",
    code: null,
    message: "Its state has changed since the dry run.",
    entryId: null,
  });

/** The route that does the same to one item. */
function pathOf(act: BulkAct, id: string): string {
  if (act === "issue") return "/certificates";
  return `/${nounOf(act)}/${id}/${act === "assign-alert" ? "assign" : act}`;
}

/** The refusal of an item is an entry, as one from its page would be. */
async function refuse(
  deps: BulkDeps,
  actor: Actor,
  { bulk, item, error }: Readonly<{ bulk: BulkHead; item: BulkItem; error: unknown }>,
): Promise<void> {
  const code = isAppError(error) ? error.code : "internal";
  const message = isAppError(error) ? error.message : "An internal error. The server's log has it.";
  const status = httpStatusOf(code);
  const path = pathOf(bulk.act as BulkAct, item.id);
  let entryId: EntryId | null = null;
  if (isAppError(error) && typeof error.recordedAs === "string") entryId = error.recordedAs;
  else if (isAppError(error))
    ({ entryId } = await recordRefusalEntry(deps.recorder, actor, {
      action: "request.refused",
      outcome: status === 401 || status === 403 ? "denied" : "failure",
      target: null,
      details: { method: "POST", path, status, code },
    }));
  await save(deps, bulk, item, { outcome: "refused", code, message, entryId });
}
