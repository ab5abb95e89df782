import { request as openRequest } from "node:http";
import type { ClientRequest, IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream";
import { hostName } from "@/server/listeners/addresses";
import { wantsPage } from "@/server/listeners/door-page";
import type { DoorContext } from "@/server/listeners/context";
import { reasonOf } from "@/server/listeners/door-log";
import type { DoorLog } from "@/server/listeners/door-log";
import { towardsClient, towardsConsole } from "@/server/proxy/forward-headers";
import { contentSecurityPolicy, makeNonce, pageHeaders } from "@/server/proxy/page-headers";
import { sendUnavailable } from "@/server/proxy/unavailable";
import type { Silence } from "@/server/proxy/unavailable";

const idleMs = 120_000;
/** A page waits for nothing but the database, which answers within milliseconds or is away: then nobody should watch it load. */
const pageIdleMs = 8_000;
const tooLate = "CONSOLE_TOO_LATE";

export type ConsoleProxy = (
  request: IncomingMessage,
  response: ServerResponse,
  context: DoorContext,
) => void;

/**
 * Passes a request to the console over its private socket and the answer back, both as streams. Each request opens its own
 * connection: over a Unix socket that costs less than the races of a kept one. A page that stands still for `pageMs` is given up.
 */
export function makeConsoleProxy(
  socketPath: string,
  log: DoorLog,
  pageMs = pageIdleMs,
): ConsoleProxy {
  return (request, response, context) => {
    const policy = contentSecurityPolicy(makeNonce());
    const upstream = openRequest({
      socketPath,
      agent: false,
      setHost: false,
      method: request.method ?? "GET",
      path: request.url ?? "/",
      headers: { ...towardsConsole(request, context, policy), connection: "close" },
    });
    upstream.setTimeout(isForPage(request) ? pageMs : idleMs, () =>
      upstream.destroy(
        Object.assign(new Error("the console did not answer in time"), { code: tooLate }),
      ),
    );
    upstream.on("response", (answer) => {
      // What is saved as a file may stand still for as long as somebody looks for a place for it.
      if (!isPage(answer)) upstream.setTimeout(idleMs);
      pass(
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
      log.warn(`the console did not answer ${context.requestId}: ${reasonOf(error)}`);
      sendUnavailable(request, response, whyOf(error), context.requestId);
    });
    endWith(request, response, upstream);
  };
}

/** A page, or a part of one that the console's own script asks for. */
const isForPage = (request: IncomingMessage): boolean =>
  wantsPage(request) || (request.method === "GET" && request.headers["rsc"] !== undefined);
const isPage = ({ headers }: IncomingMessage): boolean =>
  /^text\/(?:html|x-component)\b/.test(headers["content-type"] ?? "");

function whyOf({ code }: NodeJS.ErrnoException): Silence {
  if (code === "ECONNREFUSED" || code === "ENOENT") return "starting";
  return code === tooLate ? "waiting" : "broken";
}

function pass(
  answer: IncomingMessage,
  response: ServerResponse,
  context: DoorContext,
  own: Record<string, string>,
): void {
  if (response.destroyed) {
    answer.destroy();
    return;
  }
  response.writeHead(
    answer.statusCode ?? 502,
    towardsClient(answer.headers, own, context.requestId),
  );
  // A page streams: its head must not wait for the first piece of its body.
  response.flushHeaders();
  pipeline(answer, response, () => undefined);
}

/** Sends the body on; a client that goes away ends the work on the other side too. */
function endWith(
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
