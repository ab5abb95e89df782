import { createHash } from "node:crypto";
import type { Deps } from "@/lib/deps";
import { findByFingerprint } from "@/lib/status/status-repository";
import type { PeerRow } from "@/lib/status/status-repository";

/**
 * The row of a certificate that a TLS client has shown, found by the hash of all its bytes. A match means that these very bytes were
 * signed here, so the chain needs no second proof; time and status are for the caller to look at, at each request.
 */
export async function findPeer(deps: Pick<Deps, "db">, der: Uint8Array): Promise<PeerRow | null> {
  return findByFingerprint(deps.db, createHash("sha256").update(der).digest());
}
