import { AppError, isAppError } from "@/lib/errors/app-error";

/**
 * What to answer for `error`, whose entry could not be written because of `cause`. What may have
 * been done is said in any case.
 */
export function unrecordedError(error: unknown, cause: unknown): unknown {
  if (isAppError(error) && error.code === "outcome.unknown") return error;
  // Too many entries are waiting: the answer names that cause and when to retry.
  if (isAppError(cause) && cause.code === "record.backlog") return cause;
  return new AppError(
    "record.unavailable",
    "The audit log can't be written right now, so the request was not processed. Try again soon.",
    { retryAfterSeconds: 2 },
  );
}
