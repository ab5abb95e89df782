import { isAppError } from "@/lib/errors/app-error";
import type { ErrorCode } from "@/lib/errors/codes";
import { httpStatusOf } from "@/lib/errors/http-status";

/** One thing that is wrong, as a member of `errors` in a problem. */
export type ProblemError = Readonly<{
  path: string;
  message: string;
  code: string;
  clause?: string;
  /** Set for what doesn't prevent anything, next to what does. */
  severity?: "warning";
}>;

/** RFC 9457, with a stable code and every finding. */
export type Problem = Readonly<{
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  requestId: string;
  errors: readonly ProblemError[];
}> &
  Readonly<Record<string, unknown>>;

const titleOfStatus: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Not authenticated",
  403: "Not allowed",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  413: "Too large",
  415: "Unsupported media type",
  421: "Misdirected request",
  422: "Refused",
  429: "Too many requests",
  500: "Internal error",
  502: "Bad gateway",
  503: "Unavailable",
};

/**
 * The answer to an error, wherever it is sent from. An AppError is answered with its code, message
 * and findings; everything else is a bug, of which a caller learns only the request's ID, under
 * which the server's log has the rest. The status follows from the code's kind.
 */
export function problemOf(error: unknown, requestId: string): { status: number; body: Problem } {
  if (!isAppError(error)) {
    const detail = `Something went wrong on our side. It is logged under request ${requestId}.`;
    return makeProblem({ code: "internal", detail, requestId, errors: [] }, {});
  }
  const errors = error.findings.map(({ path, message, code, clause, severity }) => ({
    path: path ?? "",
    message,
    code,
    ...(clause === undefined ? {} : { clause }),
    ...(severity === "warning" ? { severity } : {}),
  }));
  const { code, message: detail, details, recordedAs } = error;
  const extra = recordedAs === undefined ? details : { ...details, entryId: recordedAs };
  return makeProblem({ code, detail, requestId, errors }, extra);
}

function makeProblem(
  { code, detail, requestId, errors }: Pick<Problem, "code" | "detail" | "requestId" | "errors">,
  extra: Readonly<Record<string, unknown>>,
): { status: number; body: Problem } {
  const type = `urn:chancery:problem:${code}`;
  const status = httpStatusOf(code);
  const title = titleOfStatus[status] ?? "Error";
  return { status, body: { ...extra, type, title, status, detail, code, requestId, errors } };
}

/** True for a refusal whose use case has recorded it, under the entry that it names. */
export const isRecorded = (error: unknown): boolean =>
  isAppError(error) && error.recordedAs !== undefined;
