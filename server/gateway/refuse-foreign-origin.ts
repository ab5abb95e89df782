import type { IncomingMessage, ServerResponse } from "node:http";
import { actorOfPeer } from "@/lib/client-auth/certificate-actor";
import { anonymousActorOf, type AnyActor } from "@/lib/access/actor";
import type { ErrorCode } from "@/lib/errors/codes";
import { httpStatusOf } from "@/lib/errors/http-status";
import { recordRefusal } from "@/lib/log/record/record-refusal";
import { withDeadline, type GatewayDeps } from "@/lib/runtime/gateway-deps";
import { actorRequestOf } from "@/server/http/actor-request";
import { recordedTarget } from "@/server/http/recorded-path";
import type { RequestContext } from "@/server/http/request-context";
import { sendProblem } from "@/server/http/send-problem";
import { sendGatewayPage } from "./gateway-page";
import { sendUnrecorded } from "./refuse-certificate";

export type RefuseForeignOrigin = (
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
  origin: string,
) => void;

const code: ErrorCode = "request.foreign-origin";
const title = "Request from another site";

/**
 * Records that another site made a browser send this request, and then answers: a page for a form,
 * problem+json for scripts; 503 if it cannot be recorded.
 */
export function makeRefuseForeignOrigin(deps: GatewayDeps): RefuseForeignOrigin {
  const { recorder } = withDeadline(deps);
  return (request, response, context, origin) => {
    const status = httpStatusOf(code);
    recordRefusal(recorder, actorOf(request, context), {
      code,
      method: request.method ?? "GET",
      path: recordedTarget(request.url ?? "/"),
      status,
      reason: `sent by ${origin}`,
    }).then(
      () => answer(request, response, context, status),
      (error: unknown) => sendUnrecorded(request, response, error, context.requestId),
    );
  };
}

/**
 * The certificate is named, but did not act: another site did. A session is known to the console.
 */
function actorOf(request: IncomingMessage, context: RequestContext): AnyActor {
  const actorRequest = actorRequestOf(request, context);
  if (context.decision?.accepted === true)
    return { ...actorOfPeer(context.decision.peer, actorRequest), role: null };
  return anonymousActorOf(actorRequest);
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { requestId }: RequestContext,
  status: number,
): void {
  const detail =
    "This request came from another site, so nothing was done. Open Chancery and try again there. If a proxy is in front of Chancery, set CHANCERY_PUBLIC_URL to the address that browsers use.";
  if (!(request.headers.accept ?? "").includes("text/html")) {
    sendProblem(response, { code, title, detail, requestId });
    return;
  }
  sendGatewayPage(request, response, {
    status,
    tone: "denied",
    title,
    texts: [detail],
    link: { href: "/", text: "Open Chancery" },
    facts: [
      ["Reason", code],
      ["Request", requestId],
    ],
  });
}
