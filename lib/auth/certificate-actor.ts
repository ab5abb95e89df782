import { createHash, X509Certificate } from "node:crypto";
import type { Actor } from "@/lib/auth/actor";
import { findPresentedCertificate } from "@/lib/auth/presented-certificate-repository";
import type { ActorRequest, Found, Refused } from "@/lib/auth/token-actor";
import type { Deps } from "@/lib/deps";

const clientAuth = "1.3.6.1.5.5.7.3.2";

/**
 * The actor that a client certificate stands for: the service, person or device that it is bound to, in role service. The door has verified
 * its chain; what may have changed since (state, time, identity) is looked up on each request, as sessions of TLS outlive a revocation.
 */
export async function actorOfCertificate(deps: Pick<Deps, "db" | "clock">, der: Uint8Array, request: ActorRequest): Promise<Found | Refused> {
  const fingerprint = createHash("sha256").update(der).digest();
  const row = await findPresentedCertificate(deps.db, fingerprint);
  if (row === null) return refused("unknown certificate");
  const now = deps.clock.now();
  if (row.state !== "issued") return refused(`${row.state} certificate`);
  if (now < row.not_before || now > row.not_after) return refused("expired certificate");
  if (row.identity_status !== "active") return refused("suspended identity");
  if (row.identity_kind === "system") return refused("certificate of Chancery itself");
  if (!new X509Certificate(der).keyUsage?.includes(clientAuth)) return refused("not a client certificate");
  const credential = { certificateId: row.id, serial: row.serial.toString("hex"), fingerprintSha256: fingerprint.toString("hex") };
  const actor: Actor = { kind: "certificate", id: row.id, label: row.identity_name, role: "service", identityId: row.identity_id, credential, ...request };
  return { actor, reason: null };
}

const refused = (reason: string): Refused => ({ actor: null, reason, tokenId: null });
