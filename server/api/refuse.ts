import type { Context } from "hono";
import { AppError, isAppError } from "@/lib/errors/app-error";
import { isRecorded, problemOf } from "@/lib/http/problem";
import { reportBug } from "@/lib/http/report-bug";
import { recordRefusal } from "@/lib/log/record/record-refusal";
import { withDeadline, type GatewayDeps } from "@/lib/runtime/gateway-deps";
import { recordedPath } from "@/server/http/recorded-path";
import { unauthenticatedActor } from "./authenticate";
import type { ApiEnv } from "./context";

/**
 * Answers an error as problem+json (RFC 9457) once the refusal is recorded. If it cannot be
 * recorded, the answer is 503 instead.
 */
export async function refuse(
  deps: GatewayDeps,
  c: Context<ApiEnv>,
  error: unknown,
  recorded = true,
): Promise<Response> {
  const requestId = c.env.requestId;
  if (!isAppError(error)) reportBug(error, requestId);
  let shown = error;
  if (recorded && !isRecorded(error)) {
    const actor = c.get("actor") ?? unauthenticatedActor(c),
      { status, body } = problemOf(error, requestId);
    const reason =
      isAppError(error) && typeof error.cause === "string" ? { reason: error.cause } : {};
    try {
      await recordRefusal(withDeadline(deps).recorder, actor, {
        code: body.code,
        method: c.req.method,
        path: recordedPath(c.req.url),
        status,
        isKnownCaller: c.get("knewToken") ?? false,
        ...reason,
      });
    } catch (cause) {
      if (!isAppError(cause)) reportBug(cause, requestId);
      // Too many entries are waiting: the answer names that cause and when to retry.
      shown =
        isAppError(cause) && cause.code === "record.backlog"
          ? cause
          : new AppError(
              "record.unavailable",
              "The audit log can't be written right now, so the request was not processed. Try again soon.",
              { retryAfterSeconds: 2 },
            );
    }
  }
  return answerProblem(c, shown);
}

function answerProblem(c: Context<ApiEnv>, error: unknown): Response {
  const { status, body } = problemOf(error, c.env.requestId);
  const headers: Record<string, string> = {
    "Content-Type": "application/problem+json",
    "Cache-Control": "no-store",
  };
  if (status === 401)
    headers["WWW-Authenticate"] =
      c.req.header("authorization") === undefined
        ? 'Bearer realm="Chancery"'
        : 'Bearer realm="Chancery", error="invalid_token"';
  const wait = isAppError(error)
    ? (error.retryAfterSeconds ?? (status === 503 ? 2 : undefined))
    : undefined;
  if (wait !== undefined) headers["Retry-After"] = String(wait);
  return c.body(JSON.stringify(body), status as 400, headers);
}
