import { checkViolation } from "@/lib/db/errors";
import { AppError } from "@/lib/errors/app-error";

/** No record, no act: what a caller hears when the entry of its act could not be written, or when the log is halted and nothing may change. */
export function recordUnavailable(cause: unknown): AppError {
  if (checkViolation(cause) === "log_is_halted") {
    return new AppError(
      "log.halted",
      "The log is halted because entries that it had signed are missing or differ, so nothing can be changed until an administrator has mended it. The log's page says what is missing.",
      { kind: "unavailable", retryAfterSeconds: 60, cause },
    );
  }
  return new AppError(
    "record.unavailable",
    "This could not be recorded, so it was not done. Nothing has changed; try again in a moment.",
    { kind: "unavailable", retryAfterSeconds: 2, cause },
  );
}
