import { systemActor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { newId } from "@/lib/ids";
import { auditedTransaction } from "@/lib/log/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import { planIncidents, type OpenAlert, type Planned } from "./incidents";
import type { Found, Judged } from "./judge";
import { escalateAlert, openAlert } from "./open-alert";
import { countOpened, findOpen, takeBatch, takeBatchIn, type Work } from "./take-repository";

export type TakeDeps = Pick<Deps, "db" | "clock" | "random" | "source">;
/** The entries from … to - 1. */
export type Span = Readonly<{ from: number; to: number }>;

const hourMs = 3_600_000;

/**
 * Takes a batch as read: all that follows from it and the cursor change together, or not at all. Throws (40001, a unique violation, or AppError
 * `alert.changed`) when somebody else read on or an alert changed meanwhile; then the batch is to be judged again from what is there now.
 */
export async function takeJudged(
  deps: TakeDeps,
  span: Span,
  { gathered, found }: Judged,
): Promise<number> {
  const plan = await plannedOf(deps, [...found.values()]),
    work = workOf(deps, span, gathered.all(), plan);
  if (plan.opened.length + plan.escalated.length === 0) {
    await takeBatch(deps.db, work);
    return 0;
  }
  const actor = systemActor("alerts", newId("req", deps.clock.now(), deps.random.bytes));
  await auditedTransaction(deps, actor, async (tx) => {
    await takeBatchIn(tx, work);
    const entries: NewEntry[] = [];
    for (const found of plan.opened) entries.push(await openAlert(deps, tx, found));
    for (const { alert, found } of plan.escalated) {
      entries.push(
        await escalateAlert(deps, tx, {
          id: alert.id,
          rule: alert.rule,
          from: alert.severity,
          to: found.severity,
          subjectLabel: found.subject.label,
          count: found.count,
        }),
      );
    }
    return { result: null, entries: entries as [NewEntry, ...NewEntry[]] };
  });
  return plan.opened.length;
}

const nothing: Planned = { opened: [], more: [], escalated: [] };

async function plannedOf({ db, clock }: TakeDeps, found: readonly Found[]): Promise<Planned> {
  if (found.length === 0) return nothing;
  const keys = [
    ...found.map(({ rule, subject }) => ({ rule, subjectId: subject.id })),
    ...[...new Set(found.map(({ rule }) => rule))].map((rule) => ({ rule, subjectId: "many" })),
  ];
  const open: OpenAlert[] = (await findOpen(db, keys)).map(
    ({ id, rule, subject_id: subjectId, severity }) => ({ id, rule, subjectId, severity }),
  );
  return planIncidents(
    found,
    open,
    await countOpened(db, new Date(clock.now().getTime() - hourMs)),
  );
}

function workOf(
  { clock }: TakeDeps,
  { from, to }: Span,
  gathered: ReturnType<Judged["gathered"]["all"]>,
  { more, escalated }: Planned,
): Work {
  const raised = new Set(escalated.map(({ alert }) => alert.id));
  return {
    from,
    to,
    at: clock.now(),
    ...gathered,
    more: more.map(({ alert, found: { count, lastSeq, lastAt, surprise, baseline, seqs } }) => ({
      alert: alert.id,
      count,
      last_seq: lastSeq,
      last_at: lastAt,
      seqs,
      why: raised.has(alert.id) ? { surprise, baseline } : null,
    })),
  };
}
