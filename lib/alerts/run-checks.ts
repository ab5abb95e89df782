import { systemActor } from "@/lib/access/actor";
import { alertTarget } from "./alert-dto";
import {
  findExceptions,
  findResolvedByPeople,
  findSettings,
  findUnresolved,
  resolveAlertRow,
  type UnresolvedRow,
} from "./check-repository";
import { enqueueDeliveries } from "./enqueue-deliveries";
import { escalateAlert, openAlert } from "./open-alert";
import { findingKey } from "@/lib/alerts/read/evaluate-batch";
import { isMoreSevere, settingOf } from "@/lib/alerts/rules/settings";
import { newId } from "@/lib/format/ids";
import { auditedTransaction, type AuditedTx } from "@/lib/log/record/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import {
  checks,
  maxConditions,
  urgentChecks,
  type Check,
  type CheckDeps,
  type Condition,
} from "@/lib/alerts/checks/find-conditions";

type RunDeps = CheckDeps & Pick<Deps, "random" | "recorder">;
type Change = (tx: AuditedTx) => Promise<NewEntry | null>;
type RunResult = Readonly<{ opened: number; closed: number }>;

/** The actor that resolves alerts whose condition is over. If it returns, a new alert opens. */
const alertsJob = "alerts";
const resolvedComment = "The condition is over.";
const maxOpenedAtOnce = 50;

/**
 * Runs the state rules: they look for what no entry shows, because it did not happen. Returns how
 * many alerts were opened and resolved.
 */
export type Checks = Readonly<{ run: () => Promise<RunResult> }>;

export const makeChecks = (deps: RunDeps): Checks => runnerOf(deps, checks);

/** The same for what can't wait: it costs little, and runs every moment. */
export const makeUrgentChecks = (deps: RunDeps): Checks => runnerOf(deps, urgentChecks);

function runnerOf(deps: RunDeps, list: readonly Check[]): Checks {
  /** When each condition was first seen. */
  const firstSeen = new Map<string, number>();
  return {
    run: async () => {
      const settings = await findSettings(deps.db);
      const exceptions = await findExceptions(deps.db, deps.clock.now());
      const excepted = new Set(exceptions.map((row) => findingKey(row.rule, row.subjectId)));
      let opened = 0;
      let closed = 0;
      for (const check of list) {
        const setting = settingOf(check.rule, settings);
        if (!setting.enabled) continue;
        const conditions = (await check.find(deps, setting)).map((condition) => ({
          ...condition,
          severity: setting.severity ?? condition.severity,
        }));
        const reportable = conditions.filter((condition) => !excepted.has(keyOf(condition)));
        const now = deps.clock.now().getTime();
        const lasting = lastingOf(firstSeen, check, reportable, now);
        const result = await apply(deps, check, conditions, lasting);
        opened += result.opened;
        closed += result.closed;
      }
      return { opened, closed };
    },
  };
}

const keyOf = ({ rule, subject }: Condition): string => findingKey(rule, subject.id);

/** The conditions that have lasted long enough. Forgets those that are over. */
function lastingOf(
  firstSeen: Map<string, number>,
  { rule, minDurationMs }: Check,
  conditions: readonly Condition[],
  now: number,
): Condition[] {
  const current = new Map(conditions.map((condition) => [keyOf(condition), condition]));
  for (const key of firstSeen.keys())
    if (key.startsWith(`${rule.name} `) && !current.has(key)) firstSeen.delete(key);
  for (const key of current.keys()) if (!firstSeen.has(key)) firstSeen.set(key, now);
  return [...current].flatMap(([key, condition]) =>
    now - (firstSeen.get(key) ?? now) >= minDurationMs ? [condition] : [],
  );
}

async function apply(
  deps: RunDeps,
  check: Check,
  conditions: readonly Condition[],
  lasting: readonly Condition[],
): Promise<RunResult> {
  const unresolved = await findUnresolved(deps.db, [check.rule.name]);
  const unresolvedBySubject = new Map(unresolved.map((row) => [row.subject_id, row]));
  const withoutAlert = lasting.filter(({ subject }) => !unresolvedBySubject.has(subject.id));
  const openings = (await withoutRecentlyResolved(deps, check, withoutAlert))
    .slice(0, maxOpenedAtOnce)
    .map(
      (condition): Change =>
        (tx) =>
          openAlert(deps, tx, openingOf(condition)),
    );
  const escalations = lasting.flatMap((condition): Change[] => {
    const alert = unresolvedBySubject.get(condition.subject.id);
    if (alert === undefined || !isMoreSevere(condition.severity, alert.severity)) return [];
    return [(tx) => escalate(deps, tx, alert, condition)];
  });
  const over = check.resolvesItself ? await findOver(deps, check, conditions, unresolved) : [];
  const resolutions = over.map(
    (row): Change =>
      (tx) =>
        resolve(deps, tx, row),
  );
  const changes = [...openings, ...escalations, ...resolutions];
  if (changes.length > 0) await commit(deps, changes);
  return { opened: openings.length, closed: over.length };
}

/** The alerts whose condition is over. A full list doesn't say it: the others are asked for. */
async function findOver(
  deps: RunDeps,
  { findAmong }: Check,
  conditions: readonly Condition[],
  unresolved: readonly UnresolvedRow[],
): Promise<readonly UnresolvedRow[]> {
  const current = new Set(conditions.map(({ subject }) => subject.id));
  const absent = unresolved.filter((row) => !current.has(row.subject_id));
  if (conditions.length < maxConditions || absent.length === 0) return absent;
  if (findAmong === undefined) return [];
  const ids = absent.map((row) => row.subject_id);
  const still = new Set(await findAmong(deps, ids));
  return absent.filter((row) => !still.has(row.subject_id));
}

const openingOf = ({ since, ...condition }: Condition) => ({
  ...condition,
  count: 1,
  firstSeq: null,
  lastSeq: null,
  firstAt: since,
  lastAt: since,
  seqs: [],
});

/** Leaves out what a person resolved within the check's quiet time. */
async function withoutRecentlyResolved(
  { db, clock }: RunDeps,
  { quietMs }: Check,
  conditions: readonly Condition[],
): Promise<readonly Condition[]> {
  if (conditions.length === 0) return [];
  const keys = conditions.map(({ rule, subject }) => ({ rule, subjectId: subject.id }));
  const resolved = await findResolvedByPeople(db, keys, alertsJob);
  const now = clock.now().getTime();
  const quiet = new Set(
    resolved
      .filter(({ at }) => now - at.getTime() < quietMs)
      .map((row) => findingKey(row.rule, row.subject_id)),
  );
  return conditions.filter((condition) => !quiet.has(keyOf(condition)));
}

async function escalate(
  deps: RunDeps,
  tx: AuditedTx,
  alert: UnresolvedRow,
  { severity }: Condition,
): Promise<NewEntry> {
  return escalateAlert(deps, tx, {
    id: alert.id,
    rule: alert.rule,
    from: alert.severity,
    to: severity,
    subjectLabel: alert.subject_label,
    count: 1,
  });
}

async function resolve(
  deps: RunDeps,
  tx: AuditedTx,
  { id, rule, severity, subject_label: subjectLabel }: UnresolvedRow,
): Promise<NewEntry | null> {
  const now = deps.clock.now();
  const isResolved = await resolveAlertRow(tx, id, {
    by: alertsJob,
    comment: resolvedComment,
    now,
  });
  if (!isResolved) return null;
  await enqueueDeliveries(tx, deps, { alertId: id, severity, reason: "resolved" });
  return {
    action: "alert.resolved",
    outcome: "success",
    target: alertTarget({ id, rule, subjectLabel }),
    details: { resolution: "fixed", comment: resolvedComment, count: 1 },
  };
}

/** All changes together. A concurrent change rolls them back; the next run does what is left. */
async function commit(deps: RunDeps, changes: readonly Change[]): Promise<void> {
  const actor = systemActor(alertsJob, newId("req", deps.clock.now(), deps.random.bytes));
  await auditedTransaction(deps.recorder, actor, async (tx) => {
    const entries: NewEntry[] = [];
    for (const change of changes) {
      const entry = await change(tx);
      if (entry !== null) entries.push(entry);
    }
    return { result: null, entries: entries as [NewEntry, ...NewEntry[]] };
  });
}
