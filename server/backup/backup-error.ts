/** Why a backup can't be made or restored, in words for the operator. */
export class BackupError extends Error {}

/**
 * Throws what the system, the database and the checks of a start report as a BackupError: their
 * message is meant for the operator. Anything else passes through with its stack.
 */
export function inWords(error: unknown): never {
  if (error instanceof BackupError || !(error instanceof Error)) throw error;
  const isReported =
    error.constructor === Error || typeof (error as { code?: unknown }).code === "string";
  throw isReported ? new BackupError(error.message, { cause: error }) : error;
}
