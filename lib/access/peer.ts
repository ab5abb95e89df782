/** A trusted proxy by whose word a request counts: its row's id, and its identity's name. */
export type ProxyReference = Readonly<{ id: string; label: string }>;

/** The identity and certificate that a request counts for. Hexadecimal in lower case. */
type PeerFacts = Readonly<{
  certificateId: string;
  serial: string;
  fingerprintSha256: string;
  notAfter: Date;
  identity: Readonly<{ id: string; name: string; kind: "person" | "service" | "device" }>;
  profile: string;
}>;

/** The caller showed in a handshake with Chancery that it holds the certificate's key. */
export type ProvenPeer = PeerFacts & Readonly<{ assertedBy: null }>;

/**
 * A trusted proxy passed the certificate on. Its holder may be anyone who has seen it, if the proxy
 * or its key is in the wrong hands.
 */
export type AssertedPeer = PeerFacts & Readonly<{ assertedBy: ProxyReference }>;

/** Whose certificate a request came with, and on whose word. */
export type Peer = ProvenPeer | AssertedPeer;
