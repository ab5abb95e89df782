import { acmeCodes } from "@/lib/errors/codes/acme";
import { nameCodes } from "@/lib/errors/codes/names";
import { accessCodes } from "@/lib/errors/codes/access";
import { alertCodes } from "@/lib/errors/codes/alerts";
import { certificateCodes } from "@/lib/errors/codes/certificates";
import { compatCodes } from "@/lib/errors/codes/compat";
import { enrollmentCodes } from "@/lib/errors/codes/enrollment";
import { logCodes } from "@/lib/errors/codes/log";
import { pkiCodes } from "@/lib/errors/codes/pki";
import { policyCodes } from "@/lib/errors/codes/policies";
import { proofCodes } from "@/lib/errors/codes/proofs";
import { requestCodes } from "@/lib/errors/codes/requests";
import { signerCodes } from "@/lib/errors/codes/signer";
import { witnessCodes } from "@/lib/errors/codes/witness";

/**
 * Every code that an AppError, a problem+json answer or a ProofError can have. docs/errors.md and
 * the enum of the OpenAPI document are made from it. A code that was published keeps its name.
 */
export const errorCodes = {
  ...requestCodes,
  ...accessCodes,
  ...certificateCodes,
  ...nameCodes,
  ...pkiCodes,
  ...policyCodes,
  ...alertCodes,
  ...logCodes,
  ...proofCodes,
  ...signerCodes,
  ...witnessCodes,
  ...acmeCodes,
  ...enrollmentCodes,
  ...compatCodes,
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** Whether a text, for example one that another process sent, is a code of the catalogue. */
export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorCodes, code);
