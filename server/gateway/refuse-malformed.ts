import type { IncomingMessage, ServerResponse } from "node:http";
import { anonymousActorOf } from "@/lib/access/actor";
import type { ErrorCode } from "@/lib/errors/codes";
import { httpStatusOf } from "@/lib/errors/http-status";
import { recordRefusal } from "@/lib/log/record/record-refusal";
import { withDeadline, type GatewayDeps } from "@/lib/runtime/gateway-deps";
import { actorRequestOf } from "@/server/http/actor-request";
import { recordedTarget } from "@/server/http/recorded-path";
import type { RequestContext } from "@/server/http/request-context";
import { sendProblem } from "@/server/http/send-problem";
import { sendUnrecorded } from "./refuse-certificate";

export type RefuseMalformed = (
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
  what: string,
) => void;

const code: ErrorCode = "request.malformed";

/**
 * Records a request that two recipients could read differently, then answers with 400 and closes
 * the connection; 503 if it cannot be recorded.
 */
export function makeRefuseMalformed(deps: GatewayDeps): RefuseMalformed {
  const { recorder } = withDeadline(deps);
  return (request, response, context, what) => {
    const { requestId } = context;
    const actor = anonymousActorOf(actorRequestOf(request, context));
    const refusal = {
      code,
      method: request.method ?? "GET",
      path: recordedTarget(request.url ?? "/"),
      status: httpStatusOf(code),
      reason: what,
    };
    recordRefusal(recorder, actor, refusal).then(
      () =>
        sendProblem(response, {
          code,
          title: "Malformed request",
          detail: `${what} Fix the client or the proxy that sent the request.`,
          requestId,
          headers: { connection: "close" },
        }),
      (error: unknown) => sendUnrecorded(request, response, error, requestId),
    );
  };
}
