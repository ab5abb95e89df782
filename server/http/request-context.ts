import type { IncomingMessage } from "node:http";
import type { CertificateDecision, ForwardedRequest, TrustedProxy } from "@/lib/client-auth/types";
import { newId } from "@/lib/format/ids";
import { randomBytes } from "@/lib/runtime/random-bytes";
import { recordedAddress } from "@/lib/net/address";

export type ListenerName = "http" | "https" | "mtls";

/**
 * What the gateway itself knows about a request. It is passed as an argument and never as a header,
 * so no client can forge it.
 */
export type RequestContext = Readonly<{
  listener: ListenerName;
  /** The client's address; for a forwarded request, as far as the proxy's kind and hops allow. */
  ip: string | null;
  port: number | null;
  requestId: string;
  /** The proxies and the listener that the request passed, nearest last. */
  via: readonly string[];
  /**
   * The decision about the caller's certificate: the client's own, or the one that a trusted proxy
   * forwards. Null if there is none.
   */
  decision: CertificateDecision | null;
  /**
   * The trusted proxy that passed this request on; its scopes say what it is believed. What the
   * proxy's own certificate may do, the request may not.
   */
  proxy: TrustedProxy | null;
  /** The request that forward auth asks about. */
  forwardedRequest: ForwardedRequest | null;
  /** Verifies the certificate again, for long-running answers. */
  reverify?: () => Promise<CertificateDecision | null>;
}>;

/** The context of a request without a client certificate. Generates the request's id. */
export function makeRequestContext(
  request: IncomingMessage,
  listener: ListenerName,
): RequestContext {
  return {
    listener,
    ip: recordedAddress(request.socket.remoteAddress),
    port: request.socket.remotePort ?? null,
    requestId: newId("req", new Date(), randomBytes),
    via: [listener],
    decision: null,
    proxy: null,
    forwardedRequest: null,
  };
}
