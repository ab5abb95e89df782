import type { ErrorCode } from "@/lib/errors/codes";
import { httpStatusOf } from "@/lib/errors/http-status";
import type { IncomingMessage, ServerResponse } from "node:http";
import { sendWaitPage } from "@/server/gateway/gateway-page";
import { sendProblem } from "@/server/http/send-problem";

const retrySeconds = 3;

/**
 * Why the console did not answer: it is still starting, it closed the connection, or it is waiting
 * for the database.
 */
export type UnavailableReason = "starting" | "broken" | "waiting";
const texts: Readonly<
  Record<UnavailableReason, Readonly<{ code: ErrorCode; title: string; detail: string }>>
> = {
  starting: {
    code: "console.unavailable",
    title: "The console is starting",
    detail:
      "The console is starting or restarting. Certificates, CRLs, OCSP and the API remain available.",
  },
  broken: {
    code: "console.broken",
    title: "The console did not respond",
    detail:
      "The console closed the connection. Certificates, CRLs, OCSP and the API remain available.",
  },
  waiting: {
    code: "console.unavailable",
    title: "Temporarily unavailable",
    detail:
      "This page did not load in time: the database or the audit log does not respond. CRLs and OCSP remain available.",
  },
};

/** Answers for the console: a page that reloads itself, or problem+json for programs. */
export function sendUnavailable(
  request: IncomingMessage,
  response: ServerResponse,
  why: UnavailableReason,
  requestId: string,
): void {
  const { code, title, detail } = texts[why];
  if ((request.headers.accept ?? "").includes("text/html"))
    sendWaitPage(request, response, {
      status: httpStatusOf(code),
      title,
      detail,
      seconds: retrySeconds,
      facts: [["Request", requestId]],
    });
  else
    sendProblem(response, {
      code,
      title: "The console is unavailable",
      detail,
      requestId,
      headers: { "retry-after": String(retrySeconds) },
    });
}
