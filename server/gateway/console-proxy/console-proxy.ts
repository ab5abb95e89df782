import {
  type ClientRequest,
  type IncomingMessage,
  request as openRequest,
  type ServerResponse,
} from "node:http";
import { pipeline } from "node:stream";
import { type Logger, errorText } from "@/lib/runtime/logger";
import { acceptsPage } from "@/server/gateway/gateway-page";
import { hostName } from "@/server/http/host-name";
import type { RequestContext } from "@/server/http/request-context";
import { clientResponseHeaders, consoleRequestHeaders } from "./forward-headers";
import { contentSecurityPolicy, makeNonce, pageHeaders } from "./page-headers";
import { sendUnavailable, type UnavailableReason } from "./send-unavailable";

const idleTimeoutMs = 120_000;
/**
 * A page waits only for the database, which answers within milliseconds or is unavailable: then the
 * user should not watch it load.
 */
const pageTimeoutMs = 8_000;
const timeoutCode = "CONSOLE_TOO_LATE";

export type ConsoleProxy = (
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
) => void;

/**
 * Proxies requests to the console over its private Unix socket, streaming both ways. Each request
 * opens its own connection: over a Unix socket that costs less than the races of keep-alive. It is
 * the gateway that closes it, after the answer: a console that closed it as soon as it has answered
 * would fail a write that is still under way, and its answer would be lost. A page that sends nothing
 * for `pageMs` is abandoned.
 */
export function makeConsoleProxy(
  socketPath: string,
  log: Logger,
  pageMs = pageTimeoutMs,
): ConsoleProxy {
  return (request, response, context) => {
    const policy = contentSecurityPolicy(makeNonce());
    const upstream = openRequest({
      socketPath,
      agent: false,
      setHost: false,
      method: request.method ?? "GET",
      path: request.url ?? "/",
      headers: { ...consoleRequestHeaders(request, context, policy), connection: "keep-alive" },
    });
    upstream.setTimeout(requestsPage(request) ? pageMs : idleTimeoutMs, () =>
      upstream.destroy(
        Object.assign(new Error("the console did not answer in time"), { code: timeoutCode }),
      ),
    );
    upstream.on("response", (answer) => {
      // A download may pause while the user chooses where to save it.
      if (!isPage(answer)) upstream.setTimeout(idleTimeoutMs);
      sendAnswer(
        answer,
        response,
        context,
        pageHeaders(policy, context.listener !== "http", hostName(request.headers.host)),
      );
    });
    upstream.on("error", (error: NodeJS.ErrnoException) => {
      if (response.destroyed || response.writableEnded) return;
      if (response.headersSent) {
        response.destroy();
        return;
      }
      log.warn(`the console did not answer ${context.requestId}: ${errorText(error)}`);
      sendUnavailable(request, response, unavailableReason(error), context.requestId);
    });
    pipeRequest(request, response, upstream);
  };
}

/** A page, or a part of a page that the console's own script requests. */
const requestsPage = (request: IncomingMessage): boolean =>
  acceptsPage(request) || (request.method === "GET" && request.headers["rsc"] !== undefined);
const isPage = ({ headers }: IncomingMessage): boolean =>
  /^text\/(?:html|x-component)\b/.test(headers["content-type"] ?? "");

function unavailableReason({ code }: NodeJS.ErrnoException): UnavailableReason {
  if (code === "ECONNREFUSED" || code === "ENOENT") return "starting";
  return code === timeoutCode ? "waiting" : "broken";
}

function sendAnswer(
  answer: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
  own: Record<string, string>,
): void {
  if (response.destroyed) {
    answer.destroy();
    return;
  }
  response.writeHead(
    answer.statusCode ?? 502,
    clientResponseHeaders(answer.headers, own, context.requestId),
  );
  // A page streams: its headers must not wait for the first chunk of the body.
  response.flushHeaders();
  pipeline(answer, response, () => undefined);
}

/** Pipes the request body; a client that disconnects also cancels the console's work. */
function pipeRequest(
  request: IncomingMessage,
  response: ServerResponse,
  upstream: ClientRequest,
): void {
  response.on("close", () => {
    if (!response.writableEnded) upstream.destroy();
  });
  request.on("error", () => upstream.destroy());
  request.pipe(upstream);
}
