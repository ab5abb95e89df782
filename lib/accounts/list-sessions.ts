import type { SessionDto } from "@/lib/accounts/schema";
import { listSessionRows } from "@/lib/accounts/session-repository";
import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { formatIso } from "@/lib/format/time";

/** The last hundred sessions of an account, newest first: one's own, or anybody's with accounts.read. */
export async function listSessions(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  accountId: string,
  currentId: string | null = null,
): Promise<{ items: readonly SessionDto[]; nextCursor: null }> {
  if (!(actor.kind === "user" && actor.id === accountId)) authorize(actor, "accounts.read");
  const rows = await listSessionRows(deps.db, accountId, deps.clock.now(), 100);
  const items = rows.map(
    ({ id, certificateId, createdAt, expiresAt, endedAt, open, ip, userAgent }) => ({
      id,
      accountId,
      createdAt: formatIso(createdAt),
      expiresAt: formatIso(expiresAt),
      endedAt: endedAt === null ? null : formatIso(endedAt),
      open,
      certificateId,
      ip,
      userAgent,
      current: id === currentId,
    }),
  );
  return { items, nextCursor: null };
}
