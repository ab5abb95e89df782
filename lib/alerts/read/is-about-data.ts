import { isAppError } from "@/lib/errors/app-error";
import { sqlState } from "@/lib/log/record/audited-transaction";

/** SQLSTATE classes that data causes: more rows than fit, data exceptions, program limits. */
const dataClasses = new Set(["21", "22", "54"]);
/**
 * A missing value, a missing row, a raised exception. Other broken constraints say that another
 * reader or a person was faster.
 */
const dataStates = new Set(["23502", "23503", "P0001"]);

/**
 * Whether the same entries would fail again. Everything else (no connection, a conflict with
 * another reader, no room on the disk) is over by itself, and no entry may be skipped for it.
 */
export function isAboutData(error: unknown): boolean {
  if (isAppError(error)) return error.code === "record.too-large";
  const state = sqlState(error);
  if (state !== null) return dataClasses.has(state.slice(0, 2)) || dataStates.has(state);
  return error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;
}
