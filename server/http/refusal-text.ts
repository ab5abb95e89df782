import type { AppError } from "@/lib/errors/app-error";
import { isError } from "@/lib/pki/rule-checks";

/**
 * A refusal as lines of text, for answers without a field for each part: the message, each finding
 * that says something else, the codes of the reasons where they say more than the error's, and last
 * that code with the ID of the request.
 */
export const refusalLines = (error: AppError, requestId: string): string[] => [
  error.message,
  ...error.findings.filter((one) => one.message !== error.message).map((one) => `- ${one.message}`),
  `${reasonsOf(error)}Code: ${error.code}. Request: ${requestId}.`,
];

function reasonsOf({ code, findings }: AppError): string {
  const codes = new Set(findings.filter(isError).map((one) => one.code));
  codes.delete(code);
  return codes.size === 0 ? "" : `Reasons: ${[...codes].join(", ")}. `;
}
