import type { IncomingMessage, ServerResponse } from "node:http";
import type { TLSSocket } from "node:tls";
import type { ConsoleProxy } from "@/server/proxy/console-proxy";
import type { Metrics } from "@/server/status/metrics";
import type { StatusDoor } from "@/server/status/status-door";
import type { PeerOf } from "@/server/tls/peer";
import { isApiPath } from "@/server/listeners/api-door";
import type { ApiDoor } from "@/server/listeners/api-door";
import { cleanHeaders } from "@/server/listeners/clean-headers";
import { contextOf } from "@/server/listeners/context";
import type { DoorContext, ListenerName } from "@/server/listeners/context";
import { refusePlainHttp } from "@/server/listeners/open-plain-http";
import { sendProblem } from "@/server/listeners/problem";

export type DoorParts = Readonly<{
  status: StatusDoor;
  api: ApiDoor;
  console: ConsoleProxy;
  peerOf: PeerOf;
  metrics: Metrics;
  /** Names under which plain HTTP on this machine may be asked, besides localhost. */
  ownNames: readonly string[];
  httpsPort: () => number;
}>;
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** The way of every request: status first and bare, then the API, then the console. */
export function makeDoorHandler(parts: DoorParts, listener: ListenerName): Handler {
  return (request, response) => {
    if (!request.url?.startsWith("/")) request.url = originForm(request.url);
    if (parts.status(request, response)) return;
    cleanHeaders(request);
    if (listener !== "mtls") {
      enter(parts, request, response, contextOf(request, listener, null));
      return;
    }
    parts.peerOf(request.socket as TLSSocket).then(
      (peerDer) => enter(parts, request, response, contextOf(request, listener, peerDer)),
      () => sendProblem(response, {
        status: 503, code: "status.unavailable", title: "The certificate could not be checked", headers: { "retry-after": "2" },
        detail: "Whether the client certificate is still valid cannot be looked up at the moment. Nothing was done.",
      }),
    );
  };
}

function enter(parts: DoorParts, request: IncomingMessage, response: ServerResponse, context: DoorContext): void {
  const refusal = refusePlainHttp(context, request.headers.host, parts.ownNames, parts.httpsPort());
  const api = isApiPath(request.url ?? "/");
  response.on("finish", () => parts.metrics.countRequest(api ? "api" : "console", response.statusCode));
  if (refusal !== null) sendProblem(response, { ...refusal, requestId: context.requestId });
  else if (api) parts.api(request, response, context);
  else parts.console(request, response, context);
}

/** The path of an absolute-form target (RFC 9112 §3.2.2); anything else is no path of ours and becomes the root. */
function originForm(target: string | undefined): string {
  try {
    const url = new URL(target ?? "/", "http://localhost");
    return url.pathname + url.search;
  } catch {
    return "/";
  }
}
