import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { encodePeer } from "@/lib/http/gateway-headers";
import type { RequestContext } from "@/server/http/request-context";

/** Headers that belong to one connection (RFC 9110 §7.6.1); they are never forwarded. */
const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
/** The body is piped on with the length that the parser went by, whatever a sender says of it. */
const framing = "content-length";

function withoutHopByHop(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const named = new Set(
    (headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase()),
  );
  const kept: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined && !hopByHop.has(name) && (!named.has(name) || name === framing))
      kept[name] = value;
  return kept;
}

/**
 * The client's headers (already stripped of reserved names) and what the gateway knows about the
 * request.
 */
export function consoleRequestHeaders(
  request: IncomingMessage,
  context: RequestContext,
  policy: string,
): OutgoingHttpHeaders {
  const headers = withoutHopByHop(request.headers);
  // The length of a chunked body is unknown, so it is chunked again.
  if (request.headers["transfer-encoding"] !== undefined) headers["transfer-encoding"] = "chunked";
  headers["x-forwarded-proto"] = context.listener === "http" ? "http" : "https";
  if (request.headers.host !== undefined) headers["x-forwarded-host"] = request.headers.host;
  if (context.ip !== null)
    headers["x-forwarded-for"] = headers["x-chancery-client-ip"] = context.ip;
  if (context.port !== null) headers["x-chancery-client-port"] = String(context.port);
  headers["x-chancery-listener"] = context.listener;
  headers["x-chancery-request-id"] = context.requestId;
  headers["x-chancery-path"] = (request.url ?? "/").slice(0, 2048);
  if (context.decision?.accepted === true && context.decision.peer.assertedBy === null)
    headers["x-chancery-peer"] = encodePeer(context.decision.peer);
  if (context.proxy !== null) {
    headers["x-chancery-proxy"] = encodeURIComponent(context.proxy.label);
    headers["x-chancery-proxy-id"] = context.proxy.id;
  }
  headers["content-security-policy"] = policy;
  return headers;
}

/** The console's response headers, overridden by the gateway's own. */
export function clientResponseHeaders(
  headers: IncomingHttpHeaders,
  own: Readonly<Record<string, string>>,
  requestId: string,
): OutgoingHttpHeaders {
  const kept = withoutHopByHop(headers);
  delete kept["x-powered-by"];
  return { ...kept, ...own, "x-request-id": requestId };
}
