import type { IncomingMessage, ServerResponse } from "node:http";
import { sendWaitPage } from "@/server/listeners/door-page";
import { sendProblem } from "@/server/listeners/problem";

const retrySeconds = 3;

/** Why the console gave no answer: it is not there yet, it broke off, or it waits for something that does not come. */
export type Silence = "starting" | "broken" | "waiting";
const texts: Readonly<
  Record<Silence, Readonly<{ status: 502 | 503; title: string; detail: string }>>
> = {
  starting: {
    status: 503,
    title: "One moment",
    detail:
      "The console is starting or restarting. Certificates, CRL, OCSP and the API are served meanwhile.",
  },
  broken: {
    status: 502,
    title: "One moment",
    detail:
      "The console broke off its answer. Certificates, CRL, OCSP and the API are served meanwhile.",
  },
  waiting: {
    status: 503,
    title: "Not possible at the moment",
    detail:
      "This page could not be made in time: the database or the record does not answer. CRL and OCSP are served meanwhile.",
  },
};

/** The console does not answer: a page that says so and comes back by itself, or problem+json for programs. */
export function sendUnavailable(
  request: IncomingMessage,
  response: ServerResponse,
  why: Silence,
  requestId: string,
): void {
  const { status, title, detail } = texts[why];
  if ((request.headers.accept ?? "").includes("text/html"))
    sendWaitPage(request, response, {
      status,
      title,
      detail,
      seconds: retrySeconds,
      facts: [["Request", requestId]],
    });
  else
    sendProblem(response, {
      status,
      code: "console.unavailable",
      title: "The console does not answer",
      detail,
      requestId,
      headers: { "retry-after": String(retrySeconds) },
    });
}
