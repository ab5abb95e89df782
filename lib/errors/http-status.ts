import { errorCodes, type ErrorCode } from "./codes";
import type { ErrorKind } from "./types";

const statusOfKind = {
  malformed: 400,
  invalid: 422,
  unauthenticated: 401,
  forbidden: 403,
  "not-found": 404,
  "method-not-allowed": 405,
  conflict: 409,
  "too-large": 413,
  unsupported: 415,
  misdirected: 421,
  "rate-limited": 429,
  internal: 500,
  "bad-gateway": 502,
  unavailable: 503,
} as const satisfies Readonly<Record<ErrorKind, number>>;

type StatusOf<C extends ErrorCode> = (typeof statusOfKind)[(typeof errorCodes)[C]["kind"]];

/** The HTTP status of an error code. It follows from the code's kind alone. */
export function httpStatusOf<C extends ErrorCode>(code: C): StatusOf<C> {
  const { kind } = errorCodes[code];
  return statusOfKind[kind] as StatusOf<C>;
}
