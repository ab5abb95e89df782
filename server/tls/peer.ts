import { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { Deps } from "@/lib/deps";
import { findPeer } from "@/lib/status/find-peer";
import type { StatusCache } from "@/lib/status/status-cache";

const clientAuth = "1.3.6.1.5.5.7.3.2";

type Peer = Readonly<{ der: Uint8Array; issuerId: string; serial: Uint8Array; notBefore: number; notAfter: number }>;

/** The DER of the client certificate behind a connection if it may speak for its owner now; null for every other and for none. */
export type PeerOf = (socket: TLSSocket) => Promise<Uint8Array | null>;

/**
 * TLS has proved that the client holds the key. What remains: that these very bytes were issued here, are meant for clients
 * (looked up once a connection), and are in time and neither held nor revoked (at each request, since sessions live long).
 */
export function makePeerOf(deps: Pick<Deps, "db" | "clock">, statuses: StatusCache): PeerOf {
  const known = new WeakMap<TLSSocket, Promise<Peer | null>>();
  return async (socket) => {
    let looking = known.get(socket);
    if (looking === undefined) {
      looking = lookUp(deps, socket);
      known.set(socket, looking);
      // What failed for the database's sake is asked anew at the next request.
      looking.catch(() => known.delete(socket));
    }
    const peer = await looking;
    if (peer === null) return null;
    const now = deps.clock.now().getTime();
    if (now < peer.notBefore || now > peer.notAfter) return null;
    const { status } = await statuses.get(peer.issuerId, peer.serial);
    return status.state === "good" ? peer.der : null;
  };
}

async function lookUp(deps: Pick<Deps, "db">, socket: TLSSocket): Promise<Peer | null> {
  const shown = socket.getPeerX509Certificate();
  if (shown === undefined) return null;
  const der = Uint8Array.from(shown.raw);
  if (!new X509Certificate(der).keyUsage?.includes(clientAuth)) return null;
  const row = await findPeer(deps, der);
  return row === null ? null : { der, issuerId: row.issuerId, serial: row.serial, notBefore: row.notBefore.getTime(), notAfter: row.notAfter.getTime() };
}
