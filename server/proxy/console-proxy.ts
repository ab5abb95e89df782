import { request as openRequest } from "node:http";
import type { ClientRequest, IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream";
import { hostName } from "@/server/listeners/addresses";
import type { DoorContext } from "@/server/listeners/context";
import { reasonOf } from "@/server/listeners/door-log";
import type { DoorLog } from "@/server/listeners/door-log";
import { towardsClient, towardsConsole } from "@/server/proxy/forward-headers";
import { contentSecurityPolicy, makeNonce, pageHeaders } from "@/server/proxy/page-headers";
import { sendUnavailable } from "@/server/proxy/unavailable";

const idleMs = 120_000;

export type ConsoleProxy = (request: IncomingMessage, response: ServerResponse, context: DoorContext) => void;

/**
 * Passes a request to the console over its private socket and the answer back, both as streams. Each request opens its own
 * connection: over a Unix socket that costs less than the races of a kept one.
 */
export function makeConsoleProxy(socketPath: string, log: DoorLog): ConsoleProxy {
  return (request, response, context) => {
    const policy = contentSecurityPolicy(makeNonce());
    const upstream = openRequest({
      socketPath, agent: false, setHost: false, method: request.method ?? "GET", path: request.url ?? "/",
      headers: { ...towardsConsole(request, context, policy), connection: "close" },
    });
    upstream.setTimeout(idleMs, () => upstream.destroy(new Error("the console did not answer in time")));
    upstream.on("response", (answer) => pass(answer, response, context, pageHeaders(policy, context.listener !== "http", hostName(request.headers.host))));
    upstream.on("error", (error: NodeJS.ErrnoException) => {
      if (response.destroyed || response.writableEnded) return;
      if (response.headersSent) {
        response.destroy();
        return;
      }
      log.warn(`the console did not answer ${context.requestId}: ${reasonOf(error)}`);
      sendUnavailable(request, response, error.code === "ECONNREFUSED" || error.code === "ENOENT" ? 503 : 502, context.requestId);
    });
    endWith(request, response, upstream);
  };
}

function pass(answer: IncomingMessage, response: ServerResponse, context: DoorContext, own: Record<string, string>): void {
  if (response.destroyed) {
    answer.destroy();
    return;
  }
  response.writeHead(answer.statusCode ?? 502, towardsClient(answer.headers, own, context.requestId));
  // A page streams: its head must not wait for the first piece of its body.
  response.flushHeaders();
  pipeline(answer, response, () => undefined);
}

/** Sends the body on; a client that goes away ends the work on the other side too. */
function endWith(request: IncomingMessage, response: ServerResponse, upstream: ClientRequest): void {
  response.on("close", () => {
    if (!response.writableEnded) upstream.destroy();
  });
  request.on("error", () => upstream.destroy());
  request.pipe(upstream);
}
