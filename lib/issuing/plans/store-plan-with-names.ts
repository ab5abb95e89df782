import { splitNames } from "@/lib/log/split-names";
import { stateNames } from "@/lib/identities/state-names";
import type { Actor } from "@/lib/access/actor";
import { addNames, describeRow, retryNameConflicts } from "@/lib/identities/add-names";
import type { NameRow } from "@/lib/identities/types";
import { isAppError } from "@/lib/errors/app-error";
import type { Identity } from "@/lib/identities/read-identities";
import { makeNameRow } from "@/lib/identities/make-name-row";
import { encodeEntry } from "@/lib/log/entry";
import { newId } from "@/lib/format/ids";
import { auditedTransaction, uniqueViolation } from "@/lib/log/record/audited-transaction";
import { assertInboxHasRoom } from "@/lib/log/record/back-pressure";
import { makeNumberedEntry, trackCommit } from "@/lib/log/record/entry-numbers";
import { storePlanWithFreeNames } from "@/lib/issuing/free-names-repository";
import type { NewEntry } from "@/lib/log/types";
import type { HeldName } from "@/lib/pki/held-names/held-name";
import type { Deps } from "@/lib/runtime/deps";
import { lockForPlan, insertGuardedPlan } from "@/lib/issuing/named-plan-repository";
import type { PlannedRow } from "@/lib/issuing/plan-repository";
import type { StoredWithPlan } from "@/lib/issuing/store-plan-with-more";

/**
 * Commits a plan together with the names that it adds to its identity, each with its entry, or
 * nothing; returns the names that were really added. Null, and nothing is written, if the identity,
 * the profile, the authority or the key has changed since the decision, or if another identity got
 * one of the names: the request is decided again. `more` also changes rows with it.
 */
export async function storePlanWithNames(
  deps: Pick<Deps, "clock" | "random" | "recorder">,
  actor: Actor,
  identity: Identity,
  names: readonly HeldName[],
  plan: Readonly<{ row: PlannedRow; entry: NewEntry; more?: StoredWithPlan | undefined }>,
): Promise<readonly HeldName[] | null> {
  const now = deps.clock.now();
  const runQuickly = () => storeFree(deps, actor, identity, names, plan);
  const run = () =>
    auditedTransaction(deps.recorder, actor, async (tx) => {
      if (!(await lockForPlan(tx, identity, plan.row))) return null;
      const { added, freed } = await addNames(tx, {
        identity,
        names,
        origin: "issue",
        now,
        randomBytes: deps.random.bytes,
      });
      if (!(await insertGuardedPlan(tx, plan.row))) return null;
      const others = (await plan.more?.(tx, plan.row)) ?? [];
      const [first, ...rest] = added.length > 0 ? [addedEntry(identity, added), ...freed] : freed;
      return {
        // Legacy names are bound by an upgrade alone.
        result: added as readonly HeldName[],
        entries: await stateNames(
          tx,
          first ? [first, ...rest, plan.entry, ...others] : [plan.entry, ...others],
        ),
        about: plan.row.id,
      };
    });
  return takeTurn(deps.recorder.db, identity.id, async () => {
    if (plan.more === undefined && (await runQuickly())) return names;
    const committed = await retryNameConflicts(run).catch((error: unknown) => {
      if (isAppError(error) && decidedAgain.has(error.code)) return null;
      if (uniqueViolation(error) !== null) return null;
      throw error;
    });
    return committed && committed.result;
  });
}

/**
 * The common case, in few statements: nothing overlaps the names. False, and nothing is written, if
 * something does or a guard of the database refuses; `addNames` then says what, or knows what to do.
 */
async function storeFree(
  { clock, random, recorder }: Pick<Deps, "clock" | "random" | "recorder">,
  actor: Actor,
  identity: Identity,
  names: readonly HeldName[],
  plan: Readonly<{ row: PlannedRow; entry: NewEntry }>,
): Promise<boolean> {
  assertInboxHasRoom(recorder.db, actor);
  const now = clock.now();
  const rows = names.map((name) =>
    makeNameRow(name, {
      id: newId("nam", now, random.bytes),
      identityId: identity.id,
      origin: "issue",
      now,
    }),
  );
  const records = splitNames([addedEntry(identity, rows), plan.entry]).map((entry) =>
    makeNumberedEntry(recorder, actor, entry, now),
  );
  const entries = records.map((record) => ({
    bytes: encodeEntry(record),
    id: record.id,
    targetId: record.target?.id ?? null,
  }));
  const claim = recorder.scope?.claim ?? null;
  const item = { row: plan.row, identityEpoch: identity.epoch, names: rows, entries, claim };
  return trackCommit(recorder, records, () => storePlanWithFreeNames(recorder.db, item));
}

const turns = new WeakMap<object, Map<string, Promise<unknown>>>();

/**
 * Runs the work after that of earlier callers for the same identity. They would wait for its row,
 * each with a connection that others need.
 */
function takeTurn<T>(db: object, identityId: string, work: () => Promise<T>): Promise<T> {
  const byIdentity = turns.get(db) ?? new Map<string, Promise<unknown>>();
  turns.set(db, byIdentity);
  const turn = (byIdentity.get(identityId) ?? Promise.resolve()).then(work, work);
  byIdentity.set(identityId, turn);
  const leave = (): void => {
    if (byIdentity.get(identityId) === turn) byIdentity.delete(identityId);
  };
  turn.then(leave, leave);
  return turn;
}

/** What came up between the decision and the transaction: the next decision reports it. */
const decidedAgain: ReadonlySet<string> = new Set([
  "name.held-by-another",
  "name.confers-power",
  "identity.changed-meanwhile",
]);

const addedEntry = (identity: Identity, added: readonly NameRow[]): NewEntry => ({
  action: "identity.names-added",
  outcome: "success",
  target: { kind: "identity", id: identity.id, label: identity.name },
  details: { names: added.map(describeRow), origin: "issue" },
});
