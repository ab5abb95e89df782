import type { Context } from "hono";
import { isAppError } from "@/lib/errors/app-error";
import { isRecorded, problemOf } from "@/lib/http/problem";
import { reportBug, reportOutage } from "@/lib/http/report-bug";
import { settleError } from "@/lib/log/record/settle-error";
import { recordRefusal } from "@/lib/log/record/record-refusal";
import { unrecordedError } from "@/lib/log/record/unrecorded-error";
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
  thrown: unknown,
  recorded = true,
): Promise<Response> {
  const requestId = c.env.requestId;
  const error = settleError(thrown, c.get("scope"));
  if (!isAppError(error)) reportBug(error, requestId);
  else if (error !== thrown) reportOutage(thrown, requestId);
  if (!recorded || isRecorded(error)) return answerProblem(c, error);
  try {
    await record(deps, c, error);
  } catch (cause) {
    if (!isAppError(cause)) reportOutage(cause, requestId);
    return answerProblem(c, unrecordedError(error, cause));
  }
  return answerProblem(c, error);
}

async function record(deps: GatewayDeps, c: Context<ApiEnv>, error: unknown): Promise<void> {
  const actor = c.get("actor") ?? unauthenticatedActor(c);
  const { status, body } = problemOf(error, c.env.requestId);
  const reason =
    isAppError(error) && typeof error.cause === "string" ? { reason: error.cause } : {};
  await recordRefusal(withDeadline(deps).recorder, actor, {
    code: body.code,
    method: c.req.method,
    path: recordedPath(c.req.url),
    status,
    isKnownCaller: c.get("knewToken") ?? false,
    ...reason,
  });
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
