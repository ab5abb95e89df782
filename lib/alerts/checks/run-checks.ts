import { systemActor } from "@/lib/auth/actor";
import { keyOf } from "@/lib/alerts/read/judge";
import { alertTarget, escalateAlert, openAlert } from "@/lib/alerts/read/open-alert";
import { settingOf, severer } from "@/lib/alerts/rules/settings";
import { enqueueDeliveries, throughPrisma } from "@/lib/delivery/enqueue";
import type { Deps } from "@/lib/deps";
import { newId } from "@/lib/ids";
import { auditedTransaction, type AuditedTx } from "@/lib/log/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import {
  closeAlert,
  closedByPeople,
  exceptionsOf,
  settingsOf,
  unresolvedOf,
  type UnresolvedRow,
} from "./checks-repository";
import { checks, mostFound, type Check, type Condition } from "./find-conditions";

type RunDeps = Pick<Deps, "db" | "clock" | "random" | "source">;
type Change = (tx: AuditedTx) => Promise<NewEntry | null>;

/** Who closes what is over; alerts that it closed open again when it comes back. */
export const watcher = "alerts";
const over = "What it warned of is over.",
  mostAtOnce = 50;

/** Looks for what no entry tells of, because it did not happen. Returns how many alerts it opened and closed. */
export type Checks = Readonly<{ run: () => Promise<Readonly<{ opened: number; closed: number }>> }>;

export function makeChecks(deps: RunDeps): Checks {
  /** Since when each condition holds. */
  const since = new Map<string, number>();
  return {
    run: async () => {
      const [settings, exceptions] = await Promise.all([
        settingsOf(deps.db),
        exceptionsOf(deps.db, deps.clock.now()),
      ]);
      const excepted = new Set(exceptions.map(({ rule, subjectId }) => keyOf(rule, subjectId)));
      let opened = 0,
        closed = 0;
      for (const check of checks) {
        const setting = settingOf(check.rule, settings);
        if (!setting.enabled) continue;
        const found = (await check.find(deps, setting)).map((one) => ({
          ...one,
          severity: setting.severity ?? one.severity,
        }));
        const lasting = lastingOf(
          since,
          check,
          found.filter((one) => !excepted.has(keyOf(one.rule, one.subject.id))),
          deps.clock.now().getTime(),
        );
        const done = await apply(deps, check, found, lasting);
        opened += done.opened;
        closed += done.closed;
      }
      return { opened, closed };
    },
  };
}

/** Those that have lasted long enough; of those that do not hold any more, nothing is remembered. */
function lastingOf(
  since: Map<string, number>,
  { rule, lastsMs }: Check,
  found: readonly Condition[],
  now: number,
): Condition[] {
  const holding = new Map(found.map((one) => [keyOf(one.rule, one.subject.id), one]));
  for (const key of since.keys())
    if (key.startsWith(`${rule.name} `) && !holding.has(key)) since.delete(key);
  for (const key of holding.keys()) if (!since.has(key)) since.set(key, now);
  return [...holding].flatMap(([key, one]) =>
    now - (since.get(key) ?? now) >= lastsMs ? [one] : [],
  );
}

async function apply(
  deps: RunDeps,
  check: Check,
  found: readonly Condition[],
  lasting: readonly Condition[],
): Promise<Readonly<{ opened: number; closed: number }>> {
  const unresolved = await unresolvedOf(deps.db, [check.rule.name]),
    open = new Map(unresolved.map((row) => [row.subject_id, row]));
  const fresh = await notClosedLately(
      deps,
      check,
      lasting.filter((one) => !open.has(one.subject.id)),
    ),
    holding = new Set(found.map(({ subject }) => subject.id));
  const openings = fresh.slice(0, mostAtOnce).map(
    (one): Change =>
      (tx) =>
        openAlert(deps, tx, openingOf(one)),
  );
  const raises = lasting.flatMap((one): Change[] => {
    const alert = open.get(one.subject.id);
    return alert === undefined || !severer(one.severity, alert.severity)
      ? []
      : [
          (tx) =>
            escalateAlert(deps, tx, {
              id: alert.id,
              rule: alert.rule,
              from: alert.severity,
              to: one.severity,
              subjectLabel: alert.subject_label,
              count: 1,
            }),
        ];
  });
  const ended =
    check.closes && found.length < mostFound
      ? unresolved.filter((row) => !holding.has(row.subject_id))
      : [];
  const changes = [
    ...openings,
    ...raises,
    ...ended.map(
      (row): Change =>
        (tx) =>
          close(deps, tx, row),
    ),
  ];
  if (changes.length > 0) await commit(deps, changes);
  return { opened: openings.length, closed: ended.length };
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

async function notClosedLately(
  { db, clock }: RunDeps,
  { quietMs }: Check,
  conditions: readonly Condition[],
): Promise<readonly Condition[]> {
  if (conditions.length === 0) return [];
  const closed = await closedByPeople(
      db,
      conditions.map(({ rule, subject }) => ({ rule, subjectId: subject.id })),
      watcher,
    ),
    now = clock.now().getTime();
  const quiet = new Set(
    closed
      .filter(({ at }) => now - at.getTime() < quietMs)
      .map(({ rule, subject_id: id }) => keyOf(rule, id)),
  );
  return conditions.filter((one) => !quiet.has(keyOf(one.rule, one.subject.id)));
}

async function close(
  deps: RunDeps,
  tx: AuditedTx,
  { id, rule, severity, subject_label: subjectLabel }: UnresolvedRow,
): Promise<NewEntry | null> {
  if (!(await closeAlert(tx, id, { by: watcher, comment: over, now: deps.clock.now() })))
    return null;
  await enqueueDeliveries(throughPrisma(tx), deps, { alertId: id, severity, reason: "resolved" });
  return {
    action: "alert.resolved",
    outcome: "success",
    target: alertTarget({ id, rule, subjectLabel }),
    details: { resolution: "fixed", comment: over, count: 1 },
  };
}

/** Somebody who was faster undoes all of it; the next look finds what is left. */
async function commit(deps: RunDeps, changes: readonly Change[]): Promise<void> {
  await auditedTransaction(
    deps,
    systemActor(watcher, newId("req", deps.clock.now(), deps.random.bytes)),
    async (tx) => {
      const entries: NewEntry[] = [];
      for (const change of changes) {
        const entry = await change(tx);
        if (entry !== null) entries.push(entry);
      }
      return { result: null, entries: entries as [NewEntry, ...NewEntry[]] };
    },
  );
}
