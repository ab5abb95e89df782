import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

/**
 * Whether an error of a connection is only what OpenSSL's error queue still held. Where a client's
 * certificate names a CA of ours that did not sign it, OpenSSL tries the signature, and Node takes
 * that failure, which the handshake does not refuse, for one of the next read: always in TLS 1.2,
 * by chance in TLS 1.3. The connection goes on, and its request gets the right refusal. Errors of the protocol
 * itself come from OpenSSL's "SSL routines".
 */
export function isLeftBySignature(error: Error, socket: Socket): boolean {
  const { library } = error as Readonly<{ library?: string }>;
  return (
    library !== undefined &&
    library !== "SSL routines" &&
    socket instanceof TLSSocket &&
    socket.getPeerX509Certificate() !== undefined
  );
}
