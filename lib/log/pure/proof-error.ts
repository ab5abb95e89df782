import { CodedError, isCodedError } from "@/lib/errors/coded-error";
import { proofCodes, type ProofCode } from "@/lib/errors/codes/proofs";

/**
 * A proof, note, key or path that is malformed or does not verify. `message` is for people, `code`
 * is stable; neither says how the problem came about. It is a separate class so that browsers load
 * the codes of proofs only; other code may treat it as an AppError.
 */
export class ProofError extends CodedError {
  declare readonly code: ProofCode;

  constructor(code: ProofCode, message: string, options: Readonly<{ cause?: unknown }> = {}) {
    super(code, proofCodes[code].kind, message, options);
  }
}

/** True also for a ProofError of another copy of this module. */
export const isProofError = (error: unknown): error is ProofError =>
  isCodedError(error) && Object.hasOwn(proofCodes, error.code);
