import type { IncomingMessage, ServerResponse } from "node:http";
import type { TLSSocket } from "node:tls";
import type { ForwardedHeaders } from "@/lib/client-auth/forwarded-headers";
import type { ConsoleProxy } from "@/server/gateway/console-proxy/console-proxy";
import {
  type ListenerName,
  makeRequestContext,
  type RequestContext,
} from "@/server/http/request-context";
import { sendProblem } from "@/server/http/send-problem";
import { withTimeout } from "@/server/http/deadline";
import type { Metrics } from "@/server/status/metrics";
import type { StatusHandler } from "@/server/status/status-handler";
import { type PeerCertificate, readPeerCertificate } from "@/server/tls/peer-certificate";
import type { ApiHandler } from "./api-handler";
import { stripReservedHeaders } from "./strip-headers";
import { findAmbiguousHeader } from "./find-ambiguous-header";
import { findForeignOrigin } from "./foreign-origin";
import { isAcmePath } from "@/server/acme/find-resource";
import { compatApiOf } from "@/server/compat/find-call";
import { isEstPath } from "@/server/est/find-operation";
import { areaOf, isAuthorizePath, isPublicPath } from "./paths";
import { type RefuseCertificate, sendUnrecorded } from "./refuse-certificate";
import type { RefuseForeignOrigin } from "./refuse-foreign-origin";
import type { RefuseMalformed } from "./refuse-malformed";
import { refusePlainHttp } from "./refuse-plain-http";
import { resolveCaller, type VerifyCertificate } from "./resolve-caller";

type HandleRequest = (
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
) => void;

export type HandlerDeps = Readonly<{
  status: StatusHandler;
  api: ApiHandler;
  console: ConsoleProxy;
  acme: HandleRequest;
  est: HandleRequest;
  /** The compatible APIs. */
  compat: HandleRequest;
  /** Forward auth; answers every request on its paths. */
  authorize: HandleRequest;
  verify: VerifyCertificate;
  refuse: RefuseCertificate;
  refuseForeignOrigin: RefuseForeignOrigin;
  refuseMalformed: RefuseMalformed;
  metrics: Metrics;
  /** How long a client with a certificate waits for its verification. */
  authTimeoutMs: number;
  /** Hostnames that plain HTTP on this machine answers to, in addition to localhost. */
  serverNames: readonly string[];
  httpsPort: () => number;
  publicUrl: string;
}>;
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Handles every request of a listener: certificate status first, without authentication; then
 * resolves the caller; then forward auth, the API or the console.
 */
export function makeRequestHandler(deps: HandlerDeps, listener: ListenerName): Handler {
  return (request, response) => {
    if (!request.url?.startsWith("/")) request.url = originForm(request.url);
    const ambiguous = findAmbiguousHeader(request.rawHeaders);
    if (ambiguous !== null) {
      const context = makeRequestContext(request, listener);
      deps.refuseMalformed(request, response, context, ambiguous);
      return;
    }
    if (deps.status(request, response)) return;
    const forwarded = stripReservedHeaders(request);
    const context = makeRequestContext(request, listener);
    const peer =
      listener === "mtls" && !isPublicPath(request.url ?? "/")
        ? readPeerCertificate(request.socket as TLSSocket)
        : undefined;
    if (peer === undefined) {
      for (const name of forwarded.keys()) deps.metrics.countStripped(name);
      route(deps, request, response, context);
      return;
    }
    handleWithCertificate(deps, request, response, context, { peer, forwarded }).catch(
      (error: unknown) => {
        if (!response.headersSent) sendUnrecorded(request, response, error, context.requestId);
      },
    );
  };
}

/**
 * Handles a request with a client certificate. If the certificate is refused, so is the request,
 * whatever other credential it carries.
 */
async function handleWithCertificate(
  deps: HandlerDeps,
  request: IncomingMessage,
  response: ServerResponse,
  connection: RequestContext,
  presented: Readonly<{ peer: PeerCertificate; forwarded: ForwardedHeaders }>,
): Promise<void> {
  const { verify, metrics } = deps;
  const callerRequest = {
    ...presented,
    request: { method: request.method, url: request.url, headers: request.headers },
  };
  const resolve = (countStripped: (header: string) => void): Promise<RequestContext> =>
    resolveCaller({ verify, countStripped }, connection, callerRequest);
  const context: RequestContext = {
    ...(await withTimeout(resolve(metrics.countStripped), deps.authTimeoutMs)),
    reverify: async () => (await resolve(() => {})).decision,
  };
  const { decision } = context;
  if (decision === null || decision.accepted || isForwardAuth(request, context)) {
    route(deps, request, response, context);
    return;
  }
  response.on("finish", () =>
    metrics.countRequest(areaOf(request.url ?? "/"), response.statusCode),
  );
  await deps.refuse(request, response, context, decision);
}

/**
 * Forward auth itself answers and records a refusal of the certificate that a proxy asks about, and
 * of one that is no longer a proxy.
 */
const isForwardAuth = ({ url }: IncomingMessage, { decision, proxy }: RequestContext): boolean =>
  isAuthorizePath(url ?? "/") &&
  (proxy !== null || (decision?.accepted === false && decision.code === "certificate.of-proxy"));

function route(
  deps: HandlerDeps,
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
): void {
  const refusal = refusePlainHttp(
    context,
    request.headers.host,
    deps.serverNames,
    deps.httpsPort(),
  );
  const area = areaOf(request.url ?? "/");
  response.on("finish", () => deps.metrics.countRequest(area, response.statusCode));
  if (refusal !== null) {
    sendProblem(response, { ...refusal, requestId: context.requestId });
    return;
  }
  if (isAcmePath(request.url ?? "/")) {
    deps.acme(request, response, context);
    return;
  }
  const origin = findForeignOrigin(request, context, area, deps.publicUrl);
  if (origin === null) {
    deps[handlerOf(request.url ?? "/") ?? area](request, response, context);
  } else deps.refuseForeignOrigin(request, response, context, origin);
}

/** What answers beside the REST application in its area. */
function handlerOf(url: string): "est" | "compat" | null {
  if (isEstPath(url)) return "est";
  return compatApiOf(url) === null ? null : "compat";
}

/**
 * The path of an absolute-form target (RFC 9112 §3.2.2), unchanged, because policies match its
 * exact spelling. Any other form is not a path of this server and becomes the root.
 */
function originForm(target: string | undefined): string {
  const path = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*(.*)$/is.exec(target ?? "")?.[1] ?? "";
  return path.startsWith("/") ? path : `/${path}`;
}
