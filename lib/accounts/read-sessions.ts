import type { Actor, Credential } from "@/lib/access/actor";
import type { ProvenPeer } from "@/lib/access/peer";
import { authorize } from "@/lib/access/permissions";
import { isRole, type Role } from "@/lib/access/roles";
import { formatIso } from "@/lib/format/time";
import type { Deps } from "@/lib/runtime/deps";
import type { SessionDto, LostSession } from "./schema";
import { listSessionRows, findOpenSession, findSessionRow } from "./session-repository";

/**
 * The latest hundred sessions of an account, newest first: the caller's own, or any with
 * accounts.read. `currentId`: the session of this request.
 */
export async function listSessions(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  accountId: string,
  currentId: string | null = null,
): Promise<{ items: readonly SessionDto[]; nextCursor: null }> {
  if (!(actor.kind === "user" && actor.id === accountId)) authorize(actor, "accounts.read");
  const rows = await listSessionRows(deps.db, accountId, deps.clock.now(), 100);
  const items = rows.map(
    ({ id, certificateId, createdAt, expiresAt, endedAt, idleUntil, open, ip, userAgent }) => ({
      id,
      accountId,
      createdAt: formatIso(createdAt),
      expiresAt: formatIso(expiresAt),
      endedAt: endedAt === null ? null : formatIso(endedAt),
      idleUntil: formatIso(idleUntil),
      open,
      certificateId,
      ip,
      userAgent,
      current: id === currentId,
    }),
  );
  return { items, nextCursor: null };
}

/** `credential` is the certificate that the session is bound to, if any. */
export type OpenSession = Readonly<{
  id: string;
  expiresAt: Date;
  credential: Credential | null;
  account: Readonly<{ id: string; email: string; name: string; role: Role }>;
}>;
type PeerId = Pick<ProvenPeer, "certificateId" | "assertedBy"> | null;

/**
 * The session, read on every request. Null if it has ended or expired, for lack of activity too, or
 * its account is disabled;
 * for a session that was started with a certificate, also if the request's peer certificate is not
 * that one, or is no longer valid (decision 7).
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

/** Why `findSession` returned null, for the sign-in page and the audit log. */
export async function explainLostSession(
  deps: Pick<Deps, "db" | "clock">,
  id: string,
  peer: PeerId,
): Promise<LostSession> {
  const row = await findSessionRow(deps.db, id);
  const now = deps.clock.now();
  const isOver = row === null || row.endedAt !== null || row.expiresAt <= now;
  if (!isOver && row.idleUntil <= now) return "idle";
  if (isOver || row.certificateId === null || row.certificateId === peer?.certificateId)
    return "ended";
  return peer === null ? "needs-certificate" : "other-certificate";
}
