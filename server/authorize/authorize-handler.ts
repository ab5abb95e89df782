import type { MaybeRecorded } from "@/lib/log/record/recorded";
import type { ErrorCode } from "@/lib/errors/codes";
import { httpStatusOf } from "@/lib/errors/http-status";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AnyActor, ActorRequest } from "@/lib/access/actor";
import type { Peer } from "@/lib/access/peer";
import { actorOfPeer, actorOfRefused } from "@/lib/client-auth/certificate-actor";
import { missingCertificate } from "@/lib/client-auth/evaluate-certificate";
import { isAppError } from "@/lib/errors/app-error";
import { type Authorization, authorizeRequest } from "@/lib/policies/authorize-request";
import { refuseUntrustedProxy } from "@/lib/policies/refuse-untrusted-proxy";
import type { Deps } from "@/lib/runtime/deps";
import { withDeadline, type GatewayDeps } from "@/lib/runtime/gateway-deps";
import { actorRequestOf } from "@/server/http/actor-request";
import { setDeadline } from "@/server/http/deadline";
import type { RequestContext } from "@/server/http/request-context";
import { sendProblem } from "@/server/http/send-problem";
import { requestedService } from "./requested-service";

export type AuthorizeHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
) => void;
type Allowed = Extract<Authorization, { allowed: true }>;
/** `status` only where an error of another kind prevented the decision: that is always 503. */
type Denied = Readonly<{ code: ErrorCode; title: string; detail: string; status?: number }>;

/**
 * Forward auth: tells a proxy whether its client's request is allowed. Any failure, and any
 * decision that takes longer than `authTimeoutMs`, is a 503 (decision 14). When allowed, headers
 * name the caller for the service behind the proxy.
 */
export function makeAuthorizeHandler(deps: GatewayDeps): AuthorizeHandler {
  const authDeps = withDeadline(deps);
  return (request, response, context) => {
    let answered = false;
    const answerOnce = (answer: () => void): boolean => {
      if (answered) return false;
      answered = true;
      cancel();
      answer();
      return true;
    };
    const cancel = setDeadline(deps.authTimeoutMs, () =>
      answerOnce(() => sendDenied(response, timedOut, context.requestId)),
    );
    authorize(authDeps, deps, request, context).then(
      ({ result }) => {
        const delivered = answerOnce(() =>
          result.allowed
            ? sendAllowed(response, result, context.requestId)
            : sendDenied(response, result, context.requestId),
        );
        // The log says allowed, but the proxy got a 503: record that, too.
        if (!delivered && result.allowed) void result.recordUndelivered();
      },
      (error: unknown) =>
        answerOnce(() => sendDenied(response, deniedBy(error), context.requestId)),
    );
  };
}

async function authorize(
  authDeps: Deps,
  backgroundDeps: Deps,
  request: IncomingMessage,
  context: RequestContext,
): Promise<MaybeRecorded<Authorization>> {
  const { proxy, decision, forwardedRequest } = context;
  const actorRequest = actorRequestOf(request, context);
  const url = request.url ?? "/";
  if (proxy === null)
    return refuseUntrustedProxy(authDeps, untrustedCaller(context, actorRequest), {
      method: request.method ?? "GET",
      path: url.split("?", 1)[0]!,
    });
  return authorizeRequest(authDeps, {
    service: requestedService(proxy.kind, url),
    proxy,
    certificate: decision ?? missingCertificate(),
    request: forwardedRequest,
    preflight: isMarkedPreflight(request),
    actorRequest,
    backgroundDeps,
  });
}

/** The headers of a CORS preflight, as the proxy passes them on from its client. */
const isMarkedPreflight = ({ headers }: IncomingMessage): boolean =>
  Boolean(headers.origin) && Boolean(headers["access-control-request-method"]);

function untrustedCaller({ decision }: RequestContext, actorRequest: ActorRequest): AnyActor {
  const certificate = decision ?? missingCertificate();
  return certificate.accepted
    ? actorOfPeer(certificate.peer, actorRequest)
    : actorOfRefused(certificate, actorRequest);
}

const timedOut: Denied = {
  code: "authorize.late",
  title: "No decision in time",
  detail:
    "The request could not be authorized and recorded in time, so it is denied. Try again in a moment.",
};

function deniedBy(error: unknown): Denied {
  if (!isAppError(error))
    return { ...timedOut, code: "authorize.unavailable", title: "No decision" };
  return error.kind === "forbidden"
    ? { code: error.code, title: "Not a trusted proxy", detail: error.message }
    : { status: 503, code: error.code, title: "No decision", detail: error.message };
}

function sendDenied(
  response: ServerResponse,
  { code, title, detail, status = httpStatusOf(code) }: Denied,
  requestId: string,
): void {
  const challenge =
    status === 401
      ? { "www-authenticate": 'ClientCertificate realm="Chancery"' }
      : status === 503
        ? { "retry-after": "1" }
        : {};
  sendProblem(response, {
    status,
    code,
    title,
    detail,
    requestId,
    headers: { "x-chancery-reason": code, "x-chancery-request": requestId, ...challenge },
  });
}

const encoded = /[^\x21-\x24\x26-\x7e]/;
const encodedGlobal = new RegExp(encoded, "g");
const percentEncode = (byte: string): string =>
  `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;

/**
 * A header value that every server reads alike: visible ASCII, with everything else (the percent
 * sign included) as percent-encoded UTF-8.
 */
const encodeHeader = (text: string): string =>
  encoded.test(text)
    ? Buffer.from(text, "utf8").toString("latin1").replaceAll(encodedGlobal, percentEncode)
    : text;

const peerHeaders = (peer: Peer) => ({
  "x-chancery-identity": encodeHeader(peer.identity.name),
  "x-chancery-identity-id": peer.identity.id,
  "x-chancery-identity-kind": peer.identity.kind,
  "x-chancery-certificate": peer.certificateId,
  "x-chancery-serial": peer.serial,
  "x-chancery-fingerprint": peer.fingerprintSha256,
  "x-chancery-profile": peer.profile,
});

function sendAllowed(
  response: ServerResponse,
  { peer, rule, entryId }: Allowed,
  requestId: string,
): void {
  response.writeHead(200, {
    "content-length": "0",
    "cache-control": "no-store",
    ...(peer === null ? {} : peerHeaders(peer)),
    "x-chancery-rule": encodeHeader(rule),
    "x-chancery-entry": entryId,
    "x-chancery-request": requestId,
  });
  response.end();
}
