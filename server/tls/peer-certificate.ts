import type { TLSSocket } from "node:tls";
import { type PresentedCertificate, readPresented } from "@/lib/client-auth/presented-certificate";

/**
 * The certificate that a client presented in the handshake, proving possession of its key; null if
 * it cannot be read, undefined if the client presented none.
 */
export type PeerCertificate = PresentedCertificate | null | undefined;

const peerCertificates = new WeakMap<TLSSocket, PeerCertificate>();

/**
 * The client certificate of a connection, including a resumed one: the session carries it. Only the
 * parsed bytes are cached, which cannot change while the connection lasts; whether the certificate
 * is accepted is decided for each request.
 */
export function readPeerCertificate(socket: TLSSocket): PeerCertificate {
  if (peerCertificates.has(socket)) return peerCertificates.get(socket);
  const certificate = socket.getPeerX509Certificate();
  const peer =
    certificate === undefined ? undefined : readPresented(Uint8Array.from(certificate.raw));
  peerCertificates.set(socket, peer);
  return peer;
}
