import { CodedError, isCodedError, type ErrorOptions } from "./coded-error";
import { errorCodes, type ErrorCode } from "./codes";

/**
 * An expected refusal. `code` is one of the catalogue (lib/errors/codes.ts), stable and for
 * programs; its `kind` comes from there. `message` is for people and may be shown to any caller.
 * Everything else that is thrown is a bug, which is reported in the server's own log only.
 */
export class AppError extends CodedError {
  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(code, errorCodes[code].kind, message, options);
  }
}

/** True for an expected refusal, AppError and ProofError alike. */
export const isAppError = (error: unknown): error is AppError => isCodedError(error);
