import type { Recorded } from "@/lib/log/record/recorded";
import type { z } from "zod";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { requirePower } from "@/lib/identities/power";
import { auditedTransaction, type AuditedTx } from "@/lib/log/record/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { alertNotFound, alertTarget } from "./alert-dto";
import { lockAlert, updateAlertRow, type AlertRow } from "./alert-repository";
import { enqueueDeliveries } from "./enqueue-deliveries";
import { assertMayResolve } from "./assert-may-silence";
import { findAssignee, getAssignee } from "./find-assignees";
import { readAlert } from "./get-alert";
import {
  acknowledgeInput,
  assignInput,
  resolveInput,
  type AlertDto,
  type Severity,
} from "./schema";

type AnswerDeps = Pick<Deps, "db" | "clock" | "random" | "recorder">;
type AlertAnswer = Readonly<{
  data: Parameters<typeof updateAlertRow>[2] | null;
  entry: (target: NonNullable<NewEntry["target"]>) => NewEntry;
  after?: (tx: AuditedTx) => Promise<void>;
}>;

/** Locks the alert, decides on its current state, and commits the change with its entry. */
async function answer(
  deps: AnswerDeps,
  actor: Actor,
  id: string,
  decide: (row: AlertRow, now: Date, tx: AuditedTx) => AlertAnswer | Promise<AlertAnswer>,
): Promise<Recorded<AlertDto>> {
  authorize(actor, "alerts.handle");
  const { entryId, result: unchanged } = await auditedTransaction(
    deps.recorder,
    actor,
    async (tx) => {
      const row = await lockAlert(tx, id);
      if (!row) throw alertNotFound();
      const { data, entry, after } = await decide(row, deps.clock.now(), tx);
      if (data !== null) await updateAlertRow(tx, id, data);
      await after?.(tx);
      return { result: data === null, entries: [entry(alertTarget(row))] };
    },
  );
  return {
    result: { ...(await readAlert(deps, id)), ...(unchanged ? { unchanged } : {}) },
    entryId,
  };
}

const maxQuotedLength = 200;

/**
 * A resolved alert does not change any more. The message says how it was resolved. Errors:
 * `alert.resolved`.
 */
function assertUnresolved({ status, resolvedBy, resolution, comment }: AlertRow): void {
  if (status !== "resolved") return;
  const why = comment === "" ? "" : `: ${comment.slice(0, maxQuotedLength).replace(/[.\s]+$/, "")}`;
  throw new AppError(
    "alert.resolved",
    `${resolvedBy ?? "Someone"} has already resolved this alert as ${(resolution ?? "fixed").replace("-", " ")}${why}. Nothing was changed. If it happens again, a new alert opens.`,
  );
}

/**
 * Marks an alert as being handled. A second acknowledgment records its comment but changes nothing,
 * and returns who was first; with `refuseRepeat` it is refused. Errors: `alert.not-found`,
 * `alert.resolved`, `alert.acknowledged`.
 */
export async function acknowledgeAlert(
  deps: AnswerDeps,
  actor: Actor,
  id: string,
  input: z.input<typeof acknowledgeInput> = {},
  { refuseRepeat = false }: Readonly<{ refuseRepeat?: boolean }> = {},
): Promise<Recorded<AlertDto>> {
  const { comment } = acknowledgeInput.parse(input);
  return answer(deps, actor, id, async (row, now, tx) => {
    assertUnresolved(row);
    if (row.identityId !== null) await requirePower(tx, actor, row.identityId, "acknowledge-alert");
    const isRepeat = row.status === "acknowledged";
    if (isRepeat && refuseRepeat)
      throw new AppError(
        "alert.acknowledged",
        `${row.acknowledgedBy ?? "Someone"} has already acknowledged this alert.`,
      );
    return {
      data: isRepeat
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
        ...(isRepeat ? { reason: "no-change" } : {}),
        target,
        details: { comment },
      }),
    };
  });
}

/**
 * Assigns an alert to an account that may handle alerts, or to no one. Errors: `alert.not-found`,
 * `alert.resolved`, `alert.assignee`, `alert.assignee-disabled`, `alert.assignee-role`;
 * `alert.reassigned` if `from` is no longer its assignee.
 */
export async function assignAlert(
  deps: AnswerDeps,
  actor: Actor,
  id: string,
  input: z.input<typeof assignInput>,
): Promise<Recorded<AlertDto>> {
  const { to, from } = assignInput.parse(input);
  return answer(deps, actor, id, async (row, now, tx) => {
    assertUnresolved(row);
    if (row.identityId !== null) await requirePower(tx, actor, row.identityId, "acknowledge-alert");
    const previous = await findAssignee(tx, row.assignedTo);
    const isSame = row.assignedTo === to;
    if (!isSame && from !== undefined && from !== row.assignedTo) {
      throw new AppError(
        "alert.reassigned",
        `In the meantime, this alert was ${previous === null ? "unassigned" : `assigned to ${previous.label}`}. Nothing was changed. Review it and try again.`,
      );
    }
    const assignee = to === null ? null : await getAssignee(tx, to);
    return {
      data: isSame ? null : { assignedTo: to, changedAt: now },
      entry: (target) => ({
        action: "alert.assigned",
        outcome: "success",
        ...(isSame ? { reason: "no-change" } : {}),
        target,
        details: { assignee, previous },
      }),
    };
  });
}

/**
 * Resolves an alert, with what it turned out to be. Further findings open a new alert. Errors:
 * `alert.not-found`, `alert.resolved`, `alert.own-resolution`, `identity.confers-power`.
 */
export async function resolveAlert(
  deps: AnswerDeps,
  actor: Actor,
  id: string,
  input: z.input<typeof resolveInput>,
): Promise<Recorded<AlertDto>> {
  const { resolution, comment } = resolveInput.parse(input);
  return answer(deps, actor, id, async (row, now, tx) => {
    assertUnresolved(row);
    await assertMayResolve(tx, actor, row);
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
        enqueueDeliveries(tx, deps, {
          alertId: id,
          severity: row.severity as Severity,
          reason: "resolved",
        }),
    };
  });
}
