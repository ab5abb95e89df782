import type { IncomingMessage } from "node:http";
import type { CertificateDecision, ForwardedRequest, TrustedProxy } from "@/lib/custody/types";
import { newId } from "@/lib/ids";
import { randomBytes } from "@/lib/random-bytes";
import { plainAddress } from "@/server/listeners/addresses";

export type ListenerName = "http" | "https" | "mtls";

/** What the door itself knows about a request and a client cannot say of itself; it lies beside the request, where no client can write. */
export type DoorContext = Readonly<{
  listener: ListenerName;
  /** The client's; of a request that a proxy passes on, as far as the proxy's kind and hops allow to know it. */
  ip: string | null;
  port: number | null;
  requestId: string;
  /** The proxies and the listener that the request passed, nearest last. */
  via: readonly string[];
  /** On the certificate that speaks here: the client's own, or the one that a proxy passes on. Null if there is none. */
  decision: CertificateDecision | null;
  /** The proxy that passes this request on; what its own certificate may do, the request may not. */
  proxy: TrustedProxy | null;
  /** What a proxy asks about, on the way of forward auth. */
  asked: ForwardedRequest | null;
  /** Decides anew, for answers that go on for long. */
  rejudge?: () => Promise<CertificateDecision | null>;
}>;

/** Context of a request that has shown no certificate. Makes the request's id. */
export function contextOf(request: IncomingMessage, listener: ListenerName): DoorContext {
  return {
    listener,
    ip: plainAddress(request.socket.remoteAddress),
    port: request.socket.remotePort ?? null,
    requestId: newId("req", new Date(), randomBytes),
    via: [listener],
    decision: null,
    proxy: null,
    asked: null,
  };
}
