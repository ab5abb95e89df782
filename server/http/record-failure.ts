import type { IncomingMessage } from "node:http";
import { type AnyActor, anonymousActorOf } from "@/lib/access/actor";
import { actorOfRefused, credentialOf } from "@/lib/client-auth/certificate-actor";
import type { ErrorCode } from "@/lib/errors/codes";
import { isAppError } from "@/lib/errors/app-error";
import { isRecorded } from "@/lib/http/problem";
import { reportBug, reportOutage } from "@/lib/http/report-bug";
import { recordRefusal, type RefusedRequest } from "@/lib/log/record/record-refusal";
import { makeRecorder } from "@/lib/log/record/recorder";
import { settleError } from "@/lib/log/record/settle-error";
import { unrecordedError } from "@/lib/log/record/unrecorded-error";
import { beginScope, type RequestScope } from "@/lib/log/request-scope";
import type { Deps } from "@/lib/runtime/deps";
import { actorRequestOf } from "./actor-request";
import { recordedTarget } from "./recorded-path";
import type { RequestContext } from "./request-context";

/** The dependencies of one request, which note what it has committed. */
export function scopeRequest<D extends Pick<Deps, "recorder">>(
  deps: D,
): Readonly<{ scope: RequestScope; deps: D }> {
  const scope = beginScope();
  return { scope, deps: { ...deps, recorder: makeRecorder({ ...deps.recorder, scope }) } };
}

/**
 * Records why a request failed, unless the use case did: as the caller's where it proved a
 * credential (`actor`), else with the certificate of the connection, counted for strangers. Returns
 * the error to answer: one of a database that failed after a commit says so, whether or not the
 * refusal could be recorded; if it could not be, nothing was done. A bug is reported as well.
 */
export async function recordFailure(
  { recorder }: Pick<Deps, "recorder">,
  actor: AnyActor | null,
  thrown: unknown,
  { request, context, scope, statusOf, isKnownCaller, via }: Failed,
): Promise<unknown> {
  const error = settleError(thrown, scope);
  if (!isAppError(error)) reportBug(error, context.requestId);
  else if (error !== thrown) reportOutage(thrown, context.requestId);
  if (isRecorded(error)) return error;
  try {
    await recordRefusal(recorder, actor ?? callerOf(request, context), {
      ...describeError(error),
      method: request.method ?? "GET",
      path: recordedTarget(request.url ?? "/"),
      status: statusOf(error),
      isKnownCaller: isKnownCaller ?? false,
      via,
    });
  } catch (cause) {
    if (!isAppError(cause)) reportOutage(cause, context.requestId);
    return unrecordedError(error, cause);
  }
  return error;
}

/** Who sent a request that proved nothing but, at most, the certificate of its connection. */
function callerOf(request: IncomingMessage, context: RequestContext): AnyActor {
  const { decision } = context;
  const from = actorRequestOf(request, context);
  if (decision?.accepted === false) return actorOfRefused(decision, from);
  return anonymousActorOf(from, { credential: decision && credentialOf(decision.peer) });
}

function describeError(error: unknown): Readonly<{ code: ErrorCode; reason?: string }> {
  if (!isAppError(error)) return { code: "internal" };
  const { code, cause, message } = error;
  return { code, reason: typeof cause === "string" ? cause : message };
}

type Failed = Readonly<{
  request: IncomingMessage;
  context: RequestContext;
  /** What the request has committed (`scopeRequest`). */
  scope: RequestScope;
  /** The status that an error is answered with. */
  statusOf: (error: unknown) => number;
}> &
  Pick<RefusedRequest, "isKnownCaller" | "via">;
