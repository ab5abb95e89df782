import { httpStatusOf } from "@/lib/errors/http-status";
import type { IncomingMessage, ServerResponse } from "node:http";
import { actorOfRefused } from "@/lib/client-auth/certificate-actor";
import type { CertificateRefusal } from "@/lib/client-auth/types";
import { isAppError } from "@/lib/errors/app-error";
import { recordRefusalEntry } from "@/lib/log/record/record-refusal";
import { withDeadline, type GatewayDeps } from "@/lib/runtime/gateway-deps";
import { actorRequestOf } from "@/server/http/actor-request";
import { recordedTarget } from "@/server/http/recorded-path";
import type { RequestContext } from "@/server/http/request-context";
import { sendProblem } from "@/server/http/send-problem";
import { sendWaitPage, acceptsPage } from "./gateway-page";
import { sendRefusalPage } from "./refusal-page";

export type RefuseCertificate = (
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
  refusal: CertificateRefusal,
) => Promise<void>;

/**
 * Records the refusal of a certificate, and then answers: a page for people, problem+json for
 * programs; 503 if it cannot be recorded.
 */
export function makeRefuseCertificate(
  deps: GatewayDeps,
  httpsPort: () => number,
): RefuseCertificate {
  const gate = withDeadline(deps);
  return async (request, response, context, refusal) => {
    const { code, title, detail, claims } = refusal;
    const status = httpStatusOf(code);
    const method = request.method ?? "GET";
    const details = {
      method,
      path: recordedTarget(request.url ?? "/"),
      status,
      code,
      ...(claims === null ? {} : { presented: claims }),
      ...(context.proxy === null ? {} : { proxy: context.proxy.label }),
    };
    try {
      await recordRefusalEntry(
        gate.recorder,
        actorOfRefused(refusal, actorRequestOf(request, context)),
        {
          action: "request.refused",
          outcome: "denied",
          target: null,
          details,
        },
      );
    } catch (error) {
      sendUnrecorded(request, response, error, context.requestId);
      return;
    }
    if (acceptsPage(request))
      sendRefusalPage(request, response, {
        status,
        code,
        title,
        detail,
        requestId: context.requestId,
        httpsPort: httpsPort(),
        isThroughProxy: context.proxy !== null || code === "certificate.of-proxy",
      });
    else
      sendProblem(response, {
        code,
        title,
        detail,
        requestId: context.requestId,
        headers: status === 401 ? { "www-authenticate": 'Bearer realm="Chancery"' } : {},
      });
  };
}

/**
 * The answer while the audit log or the database is unavailable: no request is processed that could
 * not be recorded.
 */
export function sendUnrecorded(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  requestId: string,
): void {
  const refusal = isAppError(error) ? error : null;
  const seconds = refusal?.retryAfterSeconds ?? 2;
  const code = refusal?.code ?? "record.unavailable";
  const detail =
    refusal?.message ??
    "The audit log can't be written right now, so the request was not processed. Try again soon.";
  if (acceptsPage(request))
    sendWaitPage(request, response, {
      status: 503,
      title: "Temporarily unavailable",
      detail,
      seconds,
      facts: [
        ["Reason", code],
        ["Request", requestId],
      ],
    });
  else
    sendProblem(response, {
      status: 503,
      code,
      title: "Unavailable",
      requestId,
      detail,
      headers: { "retry-after": String(seconds) },
    });
}
