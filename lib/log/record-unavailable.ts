import { AppError } from "@/lib/errors/app-error";

/** No record, no act: what a caller hears when the entry of its act could not be written. */
export function recordUnavailable(cause: unknown): AppError {
  return new AppError("record.unavailable", "This could not be recorded, so it was not done. Nothing has changed; try again in a moment.", { kind: "unavailable", retryAfterSeconds: 2, cause });
}
