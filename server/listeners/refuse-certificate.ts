import type { IncomingMessage, ServerResponse } from "node:http";
import { actorOfRefused } from "@/lib/auth/certificate-actor";
import { gateDeps } from "@/lib/custody/gate-deps";
import type { CertificateDecision } from "@/lib/custody/types";
import type { Deps } from "@/lib/deps";
import { isAppError } from "@/lib/errors/app-error";
import { recordEntry } from "@/lib/log/record";
import { recordedTarget } from "@/server/api/recorded-path";
import { actorRequestOf } from "@/server/listeners/actor-request";
import type { DoorContext } from "@/server/listeners/context";
import { sendWaitPage, wantsPage } from "@/server/listeners/door-page";
import { sendProblem } from "@/server/listeners/problem";
import { sendRefusalPage } from "@/server/listeners/refusal-page";

export type Refusal = Extract<CertificateDecision, { accepted: false }>;
export type RefuseCertificate = (
  request: IncomingMessage,
  response: ServerResponse,
  context: DoorContext,
  refusal: Refusal,
) => Promise<void>;

/** Puts the refusal of a certificate on the record, and only then answers: a page for people, problem+json for programs; 503 if it cannot be recorded. */
export function makeRefuseCertificate(deps: Deps, httpsPort: () => number): RefuseCertificate {
  const gate = gateDeps(deps);
  return async (request, response, context, refusal) => {
    const { code, status, title, detail, presented } = refusal,
      method = request.method ?? "GET";
    const details = {
      method,
      path: recordedTarget(request.url ?? "/"),
      status,
      code,
      ...(presented === null ? {} : { presented }),
      ...(context.proxy === null ? {} : { proxy: context.proxy.label }),
    };
    try {
      await recordEntry(gate, actorOfRefused(refusal, actorRequestOf(request, context)), {
        action: "request.refused",
        outcome: "denied",
        target: null,
        details,
      });
    } catch (error) {
      sendUnrecorded(request, response, error, context.requestId);
      return;
    }
    if (wantsPage(request))
      sendRefusalPage(request, response, {
        status,
        code,
        title,
        detail,
        requestId: context.requestId,
        httpsPort: httpsPort(),
      });
    else
      sendProblem(response, {
        status,
        code,
        title,
        detail,
        requestId: context.requestId,
        headers: status === 401 ? { "www-authenticate": 'Bearer realm="Chancery"' } : {},
      });
  };
}

/** The answer while the record, or what decides, is out of reach: nothing is done that nobody could prove later. */
export function sendUnrecorded(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  requestId: string,
): void {
  const said = isAppError(error) ? error : null,
    seconds = said?.retryAfterSeconds ?? 2,
    code = said?.code ?? "record.unavailable";
  const detail =
    said?.message ??
    "The record cannot be written at the moment, so nothing is done. Try again soon.";
  if (wantsPage(request))
    sendWaitPage(request, response, {
      status: 503,
      title: "Not possible at the moment",
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
