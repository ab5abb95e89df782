import type { Actor } from "@/lib/auth/actor";

/** What the door knows about a request and a client cannot say of itself: its socket, its listener, its verified certificate. */
export type RequestContext = Readonly<{
  ip: string | null;
  port: number | null;
  listener: "http" | "https" | "mtls";
  /** DER of a client certificate that the door has verified; its state is looked up again here. */
  peerDer: Uint8Array | null;
  requestId: string;
}>;

export type ApiEnv = { Bindings: RequestContext; Variables: { actor: Actor } };
