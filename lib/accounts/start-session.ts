import { insertSession } from "@/lib/accounts/session-repository";
import type { Actor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { newId } from "@/lib/ids";
import { auditedTransaction, type AuditedTx } from "@/lib/log/audited-transaction";

export type SignedIn = Readonly<{
  sessionId: string;
  expiresAt: Date;
  account: Readonly<{ id: string; email: string; name: string; role: string }>;
  entryId: string;
}>;

/** How long a session lives, whatever happens in it. */
export const sessionSeconds = 12 * 3600;

type Start = Readonly<{
  account: SignedIn["account"];
  method: "password" | "certificate";
  /** The certificate that the session is bound to, and when that ends. */
  certificate: Readonly<{ id: string; notAfter: Date }> | null;
  now: Date;
  /** What else happens in the same transaction. */
  also?: (tx: AuditedTx) => Promise<void>;
}>;

/** Starts a session of somebody who has proved who they are, with its entry. It never outlives the certificate that started it. */
export async function startSession(
  deps: Pick<Deps, "db" | "clock" | "random">,
  actor: Actor,
  { account, method, certificate, now, also }: Start,
): Promise<SignedIn> {
  const sessionId = newId("ses", now, deps.random.bytes);
  const longest = now.getTime() + sessionSeconds * 1000;
  const expiresAt = new Date(Math.min(longest, certificate?.notAfter.getTime() ?? longest));
  const { origin } = actor;
  const user: Actor = { ...actor, kind: "user", id: account.id, label: account.email };
  const { entryIds } = await auditedTransaction(deps, user, async (tx) => {
    await insertSession(tx, {
      id: sessionId,
      accountId: account.id,
      certificateId: certificate?.id ?? null,
      createdAt: now,
      expiresAt,
      endedAt: null,
      ip: origin.ip ?? "",
      userAgent: (origin.userAgent ?? "").slice(0, 256),
    });
    await also?.(tx);
    return {
      result: null,
      entries: [
        {
          action: "session.started",
          outcome: "success",
          target: { kind: "session", id: sessionId, label: account.email },
          details: { method },
        },
      ],
    };
  });
  const { id, email, name, role } = account;
  return { sessionId, expiresAt, account: { id, email, name, role }, entryId: entryIds[0] ?? "" };
}
