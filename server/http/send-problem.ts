import type { ErrorCode } from "@/lib/errors/codes";
import { httpStatusOf } from "@/lib/errors/http-status";
import type { ServerResponse } from "node:http";
import { refusalBody } from "@/server/compat/answer";
import { compatApiOf } from "@/server/compat/find-call";

export type GatewayProblem = Readonly<{
  code: ErrorCode;
  /** Only where the answer's status is not that of its code: what stops a request is 503 then. */
  status?: number;
  title: string;
  detail: string;
  requestId?: string;
  headers?: Readonly<Record<string, string>>;
}>;

/**
 * Answers with problem+json (RFC 9457) where the gateway itself refuses, before any framework; on
 * the paths of a compatible API with what its clients read besides.
 */
export function sendProblem(response: ServerResponse, problem: GatewayProblem): void {
  const { status = httpStatusOf(problem.code), headers, ...rest } = problem;
  const api = compatApiOf(response.req?.url ?? "/");
  const shape = api === null ? {} : refusalBody(api, status, `${rest.detail} Code: ${rest.code}.`);
  const body = JSON.stringify({ type: "about:blank", status, ...rest, ...shape });
  response.writeHead(status, {
    "content-type": api === null ? "application/problem+json" : "application/json",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
  });
  response.end(body);
}
