import type { IncomingMessage } from "node:http";
import { type AnyActor, anonymousActorOf } from "@/lib/access/actor";
import { isAppError } from "@/lib/errors/app-error";
import { isRecorded } from "@/lib/http/problem";
import { reportBug } from "@/lib/http/report-bug";
import { recordRefusal, type RefusedRequest } from "@/lib/log/record/record-refusal";
import type { Deps } from "@/lib/runtime/deps";
import { actorRequestOf } from "./actor-request";
import { recordedTarget } from "./recorded-path";
import type { RequestContext } from "./request-context";

/**
 * Records why a request failed, unless the use case did: as the caller's where it proved a
 * credential (`actor`), counted where it did not. A bug is reported instead.
 */
export async function recordFailure(
  { recorder }: Pick<Deps, "recorder">,
  actor: AnyActor | null,
  error: unknown,
  { request, context, status, isKnownCaller, via }: Failed,
): Promise<void> {
  if (!isAppError(error)) {
    reportBug(error, context.requestId);
    return;
  }
  if (isRecorded(error)) return;
  await recordRefusal(recorder, actor ?? anonymousActorOf(actorRequestOf(request, context)), {
    code: error.code,
    method: request.method ?? "GET",
    path: recordedTarget(request.url ?? "/"),
    status,
    reason: typeof error.cause === "string" ? error.cause : error.message,
    isKnownCaller: isKnownCaller ?? false,
    via,
  });
}

type Failed = Readonly<{ request: IncomingMessage; context: RequestContext; status: number }> &
  Pick<RefusedRequest, "isKnownCaller" | "via">;
