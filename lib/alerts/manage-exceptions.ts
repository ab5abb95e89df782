import { dayMs } from "@/lib/format/time-units";
import type { Recorded } from "@/lib/log/record/recorded";
import type { z } from "zod";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError, isAppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import { canonicalNetwork } from "@/lib/net/network";
import type { Deps } from "@/lib/runtime/deps";
import { assertMayExcept } from "./assert-may-silence";
import { resolveAlert } from "./answer-alert";
import {
  endExceptionRow,
  insertException,
  listExceptionRows,
  lockException,
  type AlertExceptionRow,
} from "./exception-repository";
import { readAlert } from "./get-alert";
import {
  exceptionInput,
  type ExceptionDto,
  type RuleName,
  type AlertException,
  type ExceptionInput,
} from "./schema";

type ExceptionDeps = Pick<Deps, "clock" | "random" | "recorder">;
const maxListed = 500;
const maxCommentLength = 1_000;

const dtoOf = (row: AlertExceptionRow): ExceptionDto => ({
  id: row.id,
  rule: row.rule as RuleName,
  subject: { kind: row.subjectKind, id: row.subjectId, label: row.subjectLabel },
  network: row.network,
  comment: row.comment,
  createdBy: row.createdBy,
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt.toISOString(),
  endedAt: row.endedAt?.toISOString() ?? null,
});

/** The newest 500 exceptions; with `all`, also those that have ended or expired. */
export async function listExceptions(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  { all = false }: Readonly<{ all?: boolean | undefined }> = {},
): Promise<ExceptionDto[]> {
  authorize(actor, "alerts.read");
  return (await listExceptionRows(deps.db, deps.clock.now(), !all, maxListed)).map(dtoOf);
}

/**
 * Keeps a rule from opening alerts about a subject for some days, from one network or from any.
 * Open alerts stay open. Errors: `network.invalid`, `alert.own-exception`,
 * `identity.confers-power`.
 */
export async function createException(
  deps: ExceptionDeps,
  actor: Actor,
  input: z.input<typeof exceptionInput>,
): Promise<Recorded<ExceptionDto>> {
  authorize(actor, "alerts.handle");
  const { rule, subjectKind, subjectId, subjectLabel, network, days, comment, alertId } =
    exceptionInput.parse(input);
  const now = deps.clock.now();
  const row: AlertExceptionRow = {
    id: newId("exc", now, deps.random.bytes),
    rule,
    subjectKind,
    subjectId,
    subjectLabel: subjectLabel || subjectId,
    network: network === null ? null : canonicalNetwork(network),
    comment,
    createdBy: actor.label,
    createdAt: now,
    expiresAt: new Date(now.getTime() + days * dayMs),
    endedAt: null,
  };
  const { entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    await assertMayExcept(tx, actor, row);
    await insertException(tx, row);
    const subject = { kind: row.subjectKind, id: row.subjectId, label: row.subjectLabel };
    return {
      result: null,
      entries: [
        {
          action: "exception.created",
          outcome: "success",
          target: { kind: "exception", id: row.id, label: row.subjectLabel },
          details: {
            rule,
            subject,
            network: row.network,
            expiresAt: row.expiresAt.toISOString(),
            comment,
            alertId,
          },
        },
      ],
    };
  });
  return { result: dtoOf(row), entryId };
}

/**
 * Ends an exception before it expires. Repeating it changes nothing. Errors:
 * `exception.not-found`.
 */
export async function endException(
  deps: ExceptionDeps,
  actor: Actor,
  id: string,
  { comment = "" }: Readonly<{ comment?: string | undefined }> = {},
): Promise<Recorded<ExceptionDto>> {
  authorize(actor, "alerts.handle");
  const now = deps.clock.now();
  const { result, entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    const row = await lockException(tx, id);
    if (!row) throw new AppError("exception.not-found", "Exception not found.");
    const endedAt = row.endedAt ?? now;
    if (row.endedAt === null) await endExceptionRow(tx, id, now);
    return {
      result: dtoOf({ ...row, endedAt }),
      entries: [
        {
          action: "exception.ended",
          outcome: "success",
          ...(row.endedAt === null ? {} : { reason: "no-change" }),
          target: { kind: "exception", id, label: row.subjectLabel },
          details: { comment: comment.slice(0, maxCommentLength) },
        },
      ],
    };
  });
  return { result, entryId };
}

/**
 * Creates an exception from an alert and, if `resolve` is set, resolves the alert as expected. If
 * it was resolved in the meantime, the exception is kept and the resolution is returned.
 */
export async function createExceptionForAlert(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
  actor: Actor,
  { resolve, ...input }: ExceptionInput & Readonly<{ resolve: boolean }>,
): Promise<Recorded<AlertException>> {
  const { result: created, entryId } = await createException(deps, actor, input);
  const { alertId, comment } = input;
  if (!resolve || alertId === null)
    return { result: { ...created, resolvedBefore: null }, entryId };
  try {
    await resolveAlert(deps, actor, alertId, { resolution: "expected", comment });
    return { result: { ...created, resolvedBefore: null }, entryId };
  } catch (error) {
    if (!isAppError(error) || error.kind !== "conflict") throw error;
    const { resolved: resolvedBefore } = await readAlert(deps, alertId);
    return { result: { ...created, resolvedBefore }, entryId };
  }
}
