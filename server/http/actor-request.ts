import type { IncomingMessage } from "node:http";
import type { ActorRequest } from "@/lib/access/actor";
import type { RequestContext } from "./request-context";

/** The actor fields that come from the request. The client may send its own correlation id. */
export function actorRequestOf(
  request: Pick<IncomingMessage, "headers">,
  context: RequestContext,
): ActorRequest {
  return actorRequest(
    context,
    request.headers["user-agent"] ?? null,
    request.headers["x-correlation-id"],
  );
}

/** The same, from the two headers that it needs. */
export function actorRequest(
  { ip, port, via, requestId, proxy }: RequestContext,
  userAgent: string | null,
  correlation: string | readonly string[] | undefined,
): ActorRequest {
  const isValid = typeof correlation === "string" && /^[\w.:-]{1,64}$/.test(correlation);
  return {
    address: {
      ip,
      port,
      userAgent,
      via,
      ...(proxy === null ? {} : { proxy: { id: proxy.id, label: proxy.label } }),
    },
    requestId,
    correlationId: isValid ? correlation : requestId,
  };
}
