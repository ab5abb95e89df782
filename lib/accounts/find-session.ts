import { isRole, type LostSession } from "@/lib/accounts/schema";
import { findOpenSession, findSessionRow } from "@/lib/accounts/session-repository";
import type { Credential } from "@/lib/auth/actor";
import type { Role } from "@/lib/auth/permissions";
import type { Peer } from "@/lib/custody/types";
import type { Deps } from "@/lib/deps";

/** `credential` names the certificate that the session is bound to. */
export type OpenSession = Readonly<{
  id: string;
  expiresAt: Date;
  credential: Credential | null;
  account: Readonly<{ id: string; email: string; name: string; role: Role }>;
}>;
type PeerId = Pick<Peer, "certificateId"> | null;

/**
 * The session as it stands now: null once it has ended or expired, its account is disabled, or, for one that a certificate started, the
 * request does not come with that certificate in force. Looked up on every request.
 */
export async function findSession(
  deps: Pick<Deps, "db" | "clock">,
  id: string,
  peer: PeerId,
): Promise<OpenSession | null> {
  const row = await findOpenSession(deps.db, id, peer?.certificateId ?? null, deps.clock.now());
  if (row === null || !isRole(row.role)) return null;
  const { certificate_id: certificateId, serial, fingerprint } = row;
  const credential =
    certificateId === null
      ? null
      : {
          certificateId,
          serial: serial?.toString("hex") ?? "",
          fingerprintSha256: fingerprint?.toString("hex") ?? "",
        };
  return {
    id: row.id,
    expiresAt: row.expires_at,
    credential,
    account: { id: row.account_id, email: row.email, name: row.name, role: row.role },
  };
}

/** For the sign-in page and the record; meant for sessions that do not count. */
export async function explainLostSession(
  deps: Pick<Deps, "db" | "clock">,
  id: string,
  peer: PeerId,
): Promise<LostSession> {
  const row = await findSessionRow(deps.db, id);
  const over = row === null || row.endedAt !== null || row.expiresAt <= deps.clock.now();
  if (over || row.certificateId === null || row.certificateId === peer?.certificateId)
    return "ended";
  return peer === null ? "needs-certificate" : "other-certificate";
}
