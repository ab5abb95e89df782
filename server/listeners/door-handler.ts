import type { IncomingMessage, ServerResponse } from "node:http";
import type { TLSSocket } from "node:tls";
import type { ForwardedHeaders } from "@/lib/custody/forwarded/names";
import type { ConsoleProxy } from "@/server/proxy/console-proxy";
import type { Metrics } from "@/server/status/metrics";
import type { StatusDoor } from "@/server/status/status-door";
import { shownCertificate } from "@/server/tls/peer";
import { isApiPath } from "@/server/listeners/api-door";
import type { ApiDoor } from "@/server/listeners/api-door";
import { cleanHeaders } from "@/server/listeners/clean-headers";
import { contextOf } from "@/server/listeners/context";
import type { DoorContext, ListenerName } from "@/server/listeners/context";
import { inTime } from "@/server/listeners/in-time";
import { refusePlainHttp } from "@/server/listeners/open-plain-http";
import { isAuthorizePath, isOpenPath } from "@/server/listeners/paths";
import { sendProblem } from "@/server/listeners/problem";
import { sendUnrecorded } from "@/server/listeners/refuse-certificate";
import type { RefuseCertificate } from "@/server/listeners/refuse-certificate";
import { speakerOf } from "@/server/listeners/speaker";
import type { Judge } from "@/server/listeners/speaker";

export type DoorParts = Readonly<{
  status: StatusDoor;
  api: ApiDoor;
  console: ConsoleProxy;
  /** Forward auth; answers every request on its paths, whoever asks. */
  authorize: (request: IncomingMessage, response: ServerResponse, context: DoorContext) => void;
  /** Hears of a question to forward auth before it is known who asks. */
  beginAuthorize?: (request: IncomingMessage) => void;
  judge: Judge;
  refuse: RefuseCertificate;
  metrics: Metrics;
  /** Names under which plain HTTP on this machine may be asked, besides localhost. */
  ownNames: readonly string[];
  httpsPort: () => number;
}>;
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** The way of every request: status first and bare, then who speaks, then the API or the console. */
export function makeDoorHandler(parts: DoorParts, listener: ListenerName): Handler {
  return (request, response) => {
    if (!request.url?.startsWith("/")) request.url = originForm(request.url);
    if (parts.status(request, response)) return;
    const forwarded = cleanHeaders(request),
      context = contextOf(request, listener);
    const shown =
      listener === "mtls" && !isOpenPath(request.url ?? "/")
        ? shownCertificate(request.socket as TLSSocket)
        : undefined;
    if (shown === undefined) {
      for (const name of forwarded.keys()) parts.metrics.countStripped(name);
      enter(parts, request, response, context);
      return;
    }
    admit(parts, request, response, context, forwarded).catch((error: unknown) => {
      if (!response.headersSent) sendUnrecorded(request, response, error, context.requestId);
    });
  };
}

/** Lets a request with a client certificate in, or not: a certificate that is refused refuses all of it, whatever else it brings. */
async function admit(
  parts: DoorParts,
  request: IncomingMessage,
  response: ServerResponse,
  base: DoorContext,
  forwarded: ForwardedHeaders,
): Promise<void> {
  const speaking = { judge: parts.judge, countStripped: parts.metrics.countStripped },
    quiet = { judge: parts.judge, countStripped: () => {} };
  const said = {
    shown: shownCertificate(request.socket as TLSSocket),
    forwarded,
    request: { method: request.method, url: request.url },
  };
  const speaker = await inTime(speakerOf(speaking, base, said));
  const context: DoorContext = {
    ...speaker,
    rejudge: async () => (await speakerOf(quiet, base, said)).decision,
  };
  const { decision, proxy } = context;
  // What a proxy asks about is refused in the answer to it, which is the business of forward auth.
  if (
    decision === null ||
    decision.accepted ||
    (proxy !== null && isAuthorizePath(request.url ?? "/"))
  )
    enter(parts, request, response, context);
  else {
    response.on("finish", () =>
      parts.metrics.countRequest(areaOf(request.url ?? "/"), response.statusCode),
    );
    await parts.refuse(request, response, context, decision);
  }
}

const areaOf = (url: string): "authorize" | "api" | "console" =>
  isAuthorizePath(url) ? "authorize" : isApiPath(url) ? "api" : "console";

function enter(
  parts: DoorParts,
  request: IncomingMessage,
  response: ServerResponse,
  context: DoorContext,
): void {
  const refusal = refusePlainHttp(context, request.headers.host, parts.ownNames, parts.httpsPort());
  const area = areaOf(request.url ?? "/");
  response.on("finish", () => parts.metrics.countRequest(area, response.statusCode));
  if (refusal !== null) sendProblem(response, { ...refusal, requestId: context.requestId });
  else parts[area](request, response, context);
}

/** The path of an absolute-form target (RFC 9112 §3.2.2) as it is written, for policies judge the writing; anything else is no path of ours and becomes the root. */
function originForm(target: string | undefined): string {
  const path = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*(.*)$/is.exec(target ?? "")?.[1] ?? "";
  return path.startsWith("/") ? path : `/${path}`;
}
