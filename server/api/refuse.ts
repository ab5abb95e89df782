import type { Context } from "hono";
import { recordRefusal } from "@/lib/auth/record-refusal";
import { gateDeps } from "@/lib/custody/gate-deps";
import type { Deps } from "@/lib/deps";
import { AppError, isAppError } from "@/lib/errors/app-error";
import { isRecorded, problemOf } from "@/lib/http/problem";
import { reportBug } from "@/lib/http/report-bug";
import { strangerOf } from "@/server/api/authenticate";
import type { ApiEnv } from "@/server/api/context";
import { recordedPath } from "@/server/api/recorded-path";

/**
 * Answers an error as problem+json (RFC 9457), after the refusal is on the record. If it cannot be recorded, the answer is 503 whatever it
 * would have been.
 */
export async function refuse(
  deps: Deps,
  c: Context<ApiEnv>,
  error: unknown,
  recorded = true,
): Promise<Response> {
  const requestId = c.env.requestId;
  if (!isAppError(error)) reportBug(error, requestId);
  let shown = error;
  if (recorded && !isRecorded(error)) {
    const actor = c.get("actor") ?? strangerOf(c),
      { status, body } = problemOf(error, requestId);
    const reason =
      isAppError(error) && typeof error.cause === "string" ? { reason: error.cause } : {};
    try {
      await recordRefusal(gateDeps(deps), actor, {
        code: body.code,
        method: c.req.method,
        path: recordedPath(c.req.url),
        status,
        ...reason,
      });
    } catch (cause) {
      if (!isAppError(cause)) reportBug(cause, requestId);
      // Too many wait: that is the answer, and when to come back.
      shown =
        isAppError(cause) && cause.code === "record.backlog"
          ? cause
          : new AppError(
              "record.unavailable",
              "The record cannot be written at the moment, so nothing is done. Try again soon.",
              { kind: "unavailable", retryAfterSeconds: 2 },
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
