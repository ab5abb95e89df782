import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import { canonicalNetwork } from "@/lib/custody/networks";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/ids";
import { auditedTransaction } from "@/lib/log/audited-transaction";
import {
  endExceptionRow,
  insertException,
  listExceptionRows,
  lockException,
  type ExceptionRowWhole,
} from "./exception-repository";
import { exceptionInput, type ExceptionDto, type RuleName } from "./schema";
import type { z } from "zod";

type ExceptionDeps = Pick<Deps, "db" | "clock" | "random" | "source">;
const dayMs = 86_400_000,
  mostListed = 500,
  longestComment = 1_000;

const dtoOf = (row: ExceptionRowWhole): ExceptionDto => ({
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

/** Exceptions, the newest first, at most 500; `all` also those that have ended. */
export async function listExceptions(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  { all = false }: Readonly<{ all?: boolean | undefined }> = {},
): Promise<ExceptionDto[]> {
  authorize(actor, "alerts.read");
  return (await listExceptionRows(deps.db, deps.clock.now(), !all, mostListed)).map(dtoOf);
}

/** From now on this rule opens nothing for that subject, for so many days, from that network or from anywhere. What is open stays open. */
export async function createException(
  deps: ExceptionDeps,
  actor: Actor,
  input: z.input<typeof exceptionInput>,
): Promise<ExceptionDto> {
  authorize(actor, "alerts.handle");
  const { rule, subjectKind, subjectId, subjectLabel, network, days, comment, alertId } =
      exceptionInput.parse(input),
    now = deps.clock.now();
  const row: ExceptionRowWhole = {
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
  const { entryIds } = await auditedTransaction(deps, actor, async (tx) => {
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
  return { ...dtoOf(row), entryId: entryIds[0] ?? "" };
}

/** Ends an exception before its time. Again changes nothing. Errors: `exception.not-found`. */
export async function endException(
  deps: ExceptionDeps,
  actor: Actor,
  id: string,
  { comment = "" }: Readonly<{ comment?: string | undefined }> = {},
): Promise<ExceptionDto> {
  authorize(actor, "alerts.handle");
  const now = deps.clock.now();
  const { result, entryIds } = await auditedTransaction(deps, actor, async (tx) => {
    const row = await lockException(tx, id);
    if (!row)
      throw new AppError("exception.not-found", "There is no such exception.", {
        kind: "not-found",
      });
    const ended = row.endedAt ?? now;
    if (row.endedAt === null) await endExceptionRow(tx, id, now);
    return {
      result: dtoOf({ ...row, endedAt: ended }),
      entries: [
        {
          action: "exception.ended",
          outcome: "success",
          ...(row.endedAt === null ? {} : { reason: "no-change" }),
          target: { kind: "exception", id, label: row.subjectLabel },
          details: { comment: comment.slice(0, longestComment) },
        },
      ],
    };
  });
  return { ...result, entryId: entryIds[0] ?? "" };
}
