import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import { enqueueDeliveries, throughPrisma } from "@/lib/delivery/enqueue";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { auditedTransaction, type AuditedTx } from "@/lib/log/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import { noSuchAlert } from "./alert-dto";
import { lockAlert, updateAlertRow, type AlertRow } from "./alert-repository";
import { findAssignee, takeAssignee } from "./assignees";
import { readAlert } from "./get-alert";
import { alertTarget } from "./read/open-alert";
import {
  acknowledgeInput,
  assignInput,
  resolveInput,
  type AlertDto,
  type Severity,
} from "./schema";
import type { z } from "zod";

type AnswerDeps = Pick<Deps, "db" | "clock" | "random" | "source">;
type Said = Readonly<{
  data: Parameters<typeof updateAlertRow>[2] | null;
  entry: (target: NonNullable<NewEntry["target"]>) => NewEntry;
  after?: (tx: AuditedTx) => Promise<void>;
}>;

/** One answer to an alert: locked, decided, changed and recorded together. */
async function answer(
  deps: AnswerDeps,
  actor: Actor,
  id: string,
  decide: (row: AlertRow, now: Date, tx: AuditedTx) => Said | Promise<Said>,
): Promise<AlertDto> {
  authorize(actor, "alerts.handle");
  const { entryIds, result: unchanged } = await auditedTransaction(deps, actor, async (tx) => {
    const row = await lockAlert(tx, id);
    if (!row) throw noSuchAlert();
    const { data, entry, after } = await decide(row, deps.clock.now(), tx);
    if (data !== null) await updateAlertRow(tx, id, data);
    await after?.(tx);
    return { result: data === null, entries: [entry(alertTarget(row))] };
  });
  return {
    ...(await readAlert(deps, id)),
    entryId: entryIds[0] ?? "",
    ...(unchanged ? { unchanged } : {}),
  };
}

const mostQuoted = 200;

/** Who comes second learns how it ended, and changes nothing. */
function refuseResolved({ status, resolvedBy, resolution, comment }: AlertRow): void {
  if (status !== "resolved") return;
  const why = comment === "" ? "" : `: ${comment.slice(0, mostQuoted).replace(/[.\s]+$/, "")}`;
  throw new AppError(
    "alert.resolved",
    `${resolvedBy ?? "Somebody"} has resolved this alert already, as ${(resolution ?? "fixed").replace("-", " ")}${why}. Nothing was changed. If it happens again, a new alert opens.`,
    { kind: "conflict" },
  );
}

/** Says that somebody has seen it and looks into it. Who comes second changes nothing, is answered who was first, and has the comment on the record. Errors: `alert.not-found`, `alert.resolved`. */
export async function acknowledgeAlert(
  deps: AnswerDeps,
  actor: Actor,
  id: string,
  input: z.input<typeof acknowledgeInput> = {},
): Promise<AlertDto> {
  const { comment } = acknowledgeInput.parse(input);
  return answer(deps, actor, id, (row, now) => {
    refuseResolved(row);
    const again = row.status === "acknowledged";
    return {
      data: again
        ? null
        : {
            status: "acknowledged",
            acknowledgedBy: actor.label,
            acknowledgedAt: now,
            changedAt: now,
          },
      entry: (target) => ({
        action: "alert.acknowledged",
        outcome: "success",
        ...(again ? { reason: "no-change" } : {}),
        target,
        details: { comment },
      }),
    };
  });
}

/**
 * Gives it to an account that may answer alerts, or to nobody. Errors: `alert.not-found`, `alert.resolved`, `alert.assignee`, `alert.assignee-disabled`,
 * `alert.assignee-role`; `alert.reassigned` if it is not `from` any more who has it.
 */
export async function assignAlert(
  deps: AnswerDeps,
  actor: Actor,
  id: string,
  input: z.input<typeof assignInput>,
): Promise<AlertDto> {
  const { to, from } = assignInput.parse(input);
  return answer(deps, actor, id, async (row, now, tx) => {
    refuseResolved(row);
    const previous = await findAssignee(tx, row.assignedTo),
      same = row.assignedTo === to;
    if (!same && from !== undefined && from !== row.assignedTo) {
      throw new AppError(
        "alert.reassigned",
        `Meanwhile somebody has ${previous === null ? "taken the assignment off" : `assigned this alert to ${previous.label}`}. Nothing was changed. Look again, then decide.`,
        { kind: "conflict" },
      );
    }
    const assignee = to === null ? null : await takeAssignee(tx, to);
    return {
      data: same ? null : { assignedTo: to, changedAt: now },
      entry: (target) => ({
        action: "alert.assigned",
        outcome: "success",
        ...(same ? { reason: "no-change" } : {}),
        target,
        details: { assignee, previous },
      }),
    };
  });
}

/** Closes it with what it turned out to be. What happens from now on opens a new one. Errors: `alert.not-found`, `alert.resolved`. */
export async function resolveAlert(
  deps: AnswerDeps,
  actor: Actor,
  id: string,
  input: z.input<typeof resolveInput>,
): Promise<AlertDto> {
  const { resolution, comment } = resolveInput.parse(input);
  return answer(deps, actor, id, (row, now) => {
    refuseResolved(row);
    return {
      data: {
        status: "resolved",
        resolution,
        comment,
        resolvedBy: actor.label,
        resolvedAt: now,
        changedAt: now,
      },
      entry: (target) => ({
        action: "alert.resolved",
        outcome: "success",
        target,
        details: { resolution, comment, count: Number(row.figures?.count ?? 1n) },
      }),
      after: (tx) =>
        enqueueDeliveries(throughPrisma(tx), deps, {
          alertId: id,
          severity: row.severity as Severity,
          reason: "resolved",
        }),
    };
  });
}
