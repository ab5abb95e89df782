import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { encodePeer } from "@/lib/auth/door-headers";
import type { DoorContext } from "@/server/listeners/context";

/** Headers that belong to one connection (RFC 9110 §7.6.1); they never cross the door. */
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

function withoutHops(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const named = new Set(
    (headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase()),
  );
  const kept: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined && !hopByHop.has(name) && !named.has(name)) kept[name] = value;
  return kept;
}

/** The client's headers (already cleaned of reserved names) with what the door knows about the request. */
export function towardsConsole(
  request: IncomingMessage,
  context: DoorContext,
  policy: string,
): OutgoingHttpHeaders {
  const headers = withoutHops(request.headers);
  // The length of a chunked body is not known; it is chunked anew.
  if (request.headers["transfer-encoding"] !== undefined) headers["transfer-encoding"] = "chunked";
  headers["x-forwarded-proto"] = context.listener === "http" ? "http" : "https";
  if (request.headers.host !== undefined) headers["x-forwarded-host"] = request.headers.host;
  if (context.ip !== null)
    headers["x-forwarded-for"] = headers["x-chancery-client-ip"] = context.ip;
  if (context.port !== null) headers["x-chancery-client-port"] = String(context.port);
  headers["x-chancery-listener"] = context.listener;
  headers["x-chancery-request-id"] = context.requestId;
  headers["x-chancery-path"] = (request.url ?? "/").slice(0, 2048);
  if (context.decision?.accepted === true)
    headers["x-chancery-peer"] = encodePeer(context.decision.peer);
  if (context.proxy !== null) headers["x-chancery-proxy"] = encodeURIComponent(context.proxy.label);
  headers["content-security-policy"] = policy;
  return headers;
}

/** The console's headers with the door's own rules on top. */
export function towardsClient(
  headers: IncomingHttpHeaders,
  own: Readonly<Record<string, string>>,
  requestId: string,
): OutgoingHttpHeaders {
  const kept = withoutHops(headers);
  delete kept["x-powered-by"];
  return { ...kept, ...own, "x-request-id": requestId };
}
