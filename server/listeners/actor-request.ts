import type { IncomingMessage } from "node:http";
import type { ActorRequest } from "@/lib/auth/token-actor";
import type { DoorContext } from "@/server/listeners/context";

/** What an actor has of its request: where it came from and how it is found again. The client may name a correlation of its own. */
export function actorRequestOf(
  request: Pick<IncomingMessage, "headers">,
  context: DoorContext,
): ActorRequest {
  return actorRequest(
    context,
    request.headers["user-agent"] ?? null,
    request.headers["x-correlation-id"],
  );
}

/** As actorRequestOf, from the two headers that count. */
export function actorRequest(
  { ip, port, via, requestId }: DoorContext,
  userAgent: string | null,
  correlation: string | readonly string[] | undefined,
): ActorRequest {
  const named = typeof correlation === "string" && /^[\w.:-]{1,64}$/.test(correlation);
  return {
    origin: { ip, port, userAgent, via },
    requestId,
    correlationId: named ? correlation : requestId,
  };
}
