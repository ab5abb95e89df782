import { isAppError, type AppError, type ErrorKind } from "@/lib/errors/app-error";

/** One thing that is wrong, as a member of `errors` in a problem. */
export type ProblemError = Readonly<{
  path: string;
  message: string;
  code: string;
  clause?: string;
}>;

/** RFC 9457, with a stable code and every finding. */
export type Problem = Readonly<{
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  requestId: string;
  errors: readonly ProblemError[];
}> &
  Readonly<Record<string, unknown>>;

const statusOfKind: Readonly<Record<ErrorKind, number>> = {
  invalid: 422,
  unauthenticated: 401,
  forbidden: 403,
  "not-found": 404,
  conflict: 409,
  "too-large": 413,
  unsupported: 415,
  "rate-limited": 429,
  unavailable: 503,
};

const titleOfStatus: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Not authenticated",
  403: "Not allowed",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  413: "Too large",
  415: "Unsupported media type",
  422: "Refused",
  429: "Too many requests",
  500: "Internal error",
  503: "Unavailable",
};

/** These are about the form of a request and not about what it asks for: 400. */
const malformed = new Set([
  "request.bad-json",
  "request.invalid",
  "request.no-body",
  "request.incomplete",
  "cursor.invalid",
  "idempotency.bad-key",
]);

function statusOf(error: AppError): number {
  const asked = error.details["status"];
  if (typeof asked === "number" && asked >= 400 && asked < 600) return asked;
  return malformed.has(error.code) ? 400 : statusOfKind[error.kind];
}

/**
 * The answer to an error, for any door. An AppError tells its story; everything else is a bug, of which a caller learns only the request's
 * id under which the server's log holds the rest.
 */
export function problemOf(error: unknown, requestId: string): { status: number; body: Problem } {
  if (!isAppError(error)) {
    return made(
      500,
      "internal",
      `Something went wrong on our side. It is logged under request ${requestId}.`,
      requestId,
      [],
      {},
    );
  }
  const errors = error.findings.map(({ path, message, code, clause }) => ({
    path: path ?? "",
    message,
    code,
    ...(clause === undefined ? {} : { clause }),
  }));
  const { status: _status, ...rest } = error.details;
  return made(statusOf(error), error.code, error.message, requestId, errors, rest);
}

function made(
  status: number,
  code: string,
  detail: string,
  requestId: string,
  errors: readonly ProblemError[],
  extra: Readonly<Record<string, unknown>>,
): { status: number; body: Problem } {
  const type = `urn:chancery:problem:${code}`;
  return {
    status,
    body: {
      ...extra,
      type,
      title: titleOfStatus[status] ?? "Error",
      status,
      detail,
      code,
      requestId,
      errors,
    },
  };
}

/** True for a refusal that its use case has put on the record itself, under the entry that it names. */
export function isRecorded(error: unknown): boolean {
  return isAppError(error) && typeof error.details["entryId"] === "string";
}
