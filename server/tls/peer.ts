import type { TLSSocket } from "node:tls";
import { readPresented } from "@/lib/custody/presented";
import type { PresentedCertificate } from "@/lib/custody/presented";

/** What a client has shown and proved to have the key of; null if its certificate cannot be read, undefined if it has shown none. */
export type Shown = PresentedCertificate | null | undefined;

const shown = new WeakMap<TLSSocket, Shown>();

/**
 * The client certificate behind a connection, a resumed one included: the session carries it. Only its bytes are remembered, which cannot
 * change while the connection lasts; whether it counts is asked at each request.
 */
export function shownCertificate(socket: TLSSocket): Shown {
  if (shown.has(socket)) return shown.get(socket);
  const certificate = socket.getPeerX509Certificate();
  const read =
    certificate === undefined ? undefined : readPresented(Uint8Array.from(certificate.raw));
  shown.set(socket, read);
  return read;
}
