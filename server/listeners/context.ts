import type { IncomingMessage } from "node:http";
import { randomBytes } from "node:crypto";
import { newId } from "@/lib/ids";
import { plainAddress } from "@/server/listeners/addresses";

export type ListenerName = "http" | "https" | "mtls";

/** What the door itself knows about a request; it lies beside the request, where no client can write. */
export type DoorContext = Readonly<{
  listener: ListenerName;
  ip: string | null;
  port: number | null;
  requestId: string;
  /** DER of the client certificate, if it is one of ours, in time and issued. */
  peerDer: Uint8Array | null;
}>;

/** Context of a request that is about to reach the API or the console. Makes the request's id. */
export function contextOf(request: IncomingMessage, listener: ListenerName, peerDer: Uint8Array | null): DoorContext {
  return {
    listener,
    ip: plainAddress(request.socket.remoteAddress),
    port: request.socket.remotePort ?? null,
    requestId: newId("req", new Date(), randomBytes),
    peerDer,
  };
}
