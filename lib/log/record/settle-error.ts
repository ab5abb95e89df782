import { isDatabaseUnable } from "@/lib/db/errors";
import { AppError, isAppError } from "@/lib/errors/app-error";
import type { RequestScope } from "@/lib/log/request-scope";

/** True if a failed request may have left an act whose outcome its caller has not been told. */
export function isLostOutcome(error: unknown, { committed }: RequestScope): boolean {
  if (!isAppError(error)) return true;
  if (error.code === "outcome.unknown") return true;
  return committed.length > 0 && error.kind === "unavailable";
}

/**
 * What to answer for an error, given what the request had committed before it: an answer never
 * says that nothing was done where something was. A database that is away, slow, full or read-only
 * is `database.unavailable`; after a commit, `outcome.unknown` with the entry of what was done.
 * Other errors stay as they are.
 */
export function settleError(error: unknown, scope: RequestScope | undefined): unknown {
  const entryId = scope?.committed[0];
  if (isAppError(error)) {
    if (entryId === undefined || !deniesAnAct.has(error.code) || error.recordedAs) return error;
    return doneInPart(error, entryId);
  }
  if (!isDatabaseUnable(error)) return error;
  if (entryId !== undefined) return doneInPart(error, entryId);
  return new AppError(
    "database.unavailable",
    "The database is not available at the moment, so nothing was done. Try again in a moment.",
    { retryAfterSeconds: 2, cause: error },
  );
}

/** Codes whose message says that nothing was done. */
const deniesAnAct: ReadonlySet<string> = new Set(["record.unavailable", "record.backlog"]);

const doneInPart = (cause: unknown, entryId: string): AppError =>
  new AppError(
    "outcome.unknown",
    `The database failed after entry ${entryId} was recorded, so it isn't known whether everything that was requested took effect. Check before you try again. Over the API, repeat the request with the same Idempotency-Key.`,
    { retryAfterSeconds: 2, cause, details: { entryId } },
  );
