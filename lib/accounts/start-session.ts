import { credentialDigest } from "@/lib/log/credential-digest";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { auditedTransaction, type AuditedTx } from "@/lib/log/record/audited-transaction";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { Deps } from "@/lib/runtime/deps";
import { insertSession, mayStartSessions } from "./session-repository";

export type SignedIn = Readonly<{
  sessionId: string;
  expiresAt: Date;
  account: Readonly<{ id: string; email: string; name: string; role: string }>;
}>;

/** The lifetime of a session, whether it is used or not. */
export const sessionSeconds = 12 * 3600;

type SessionStart = Readonly<{
  account: SignedIn["account"];
  method: "password" | "certificate";
  /** The certificate that the session is bound to, if any. */
  certificate: Readonly<{ id: string; notAfter: Date }> | null;
  now: Date;
  /** What the database holds of the password that was verified, if one was. */
  passwordHash?: string | undefined;
  /** Further changes in the same transaction. */
  alsoInTransaction?: (tx: AuditedTx) => Promise<void>;
}>;

/**
 * Starts a session for a user who has been authenticated, with its entry. It expires no later than
 * the certificate that it is bound to, earlier without activity, and ends with the scope of the
 * proxy that it was started through. Errors: `proxy.scope`.
 */
export async function startSession(
  deps: Pick<Deps, "random" | "recorder" | "sessionIdleMs">,
  actor: Actor,
  { account, method, certificate, now, passwordHash, alsoInTransaction }: SessionStart,
): Promise<Recorded<SignedIn>> {
  const sessionId = newId("ses", now, deps.random.bytes);
  const latestExpiry = now.getTime() + sessionSeconds * 1000;
  const expiresAt = new Date(
    Math.min(latestExpiry, certificate?.notAfter.getTime() ?? latestExpiry),
  );
  const { address } = actor;
  const user: Actor = { ...actor, kind: "user", id: account.id, label: account.email };
  const proxyId = address.proxy?.id ?? null;
  const started = await auditedTransaction(deps.recorder, user, async (tx) => {
    if (proxyId !== null && !(await mayStartSessions(tx, proxyId))) return null;
    await insertSession(tx, {
      id: sessionId,
      accountId: account.id,
      certificateId: certificate?.id ?? null,
      proxyId,
      createdAt: now,
      expiresAt,
      endedAt: null,
      idleUntil: new Date(now.getTime() + deps.sessionIdleMs),
      ip: address.ip ?? "",
      userAgent: (address.userAgent ?? "").slice(0, 256),
    });
    await alsoInTransaction?.(tx);
    return {
      result: null,
      entries: [
        {
          action: "session.started",
          outcome: "success",
          target: { kind: "session", id: sessionId, label: account.email },
          details: {
            method,
            certificateId: certificate?.id ?? null,
            expiresAt: expiresAt.toISOString(),
            ...(passwordHash === undefined
              ? {}
              : { passwordDigest: credentialDigest(passwordHash) }),
          },
        },
      ],
    };
  });
  if (started === null) return refuseProxy(deps, actor, account, method);
  const { id, email, name, role } = account;
  const result = { sessionId, expiresAt, account: { id, email, name, role } };
  return { result, entryId: started.entryId };
}

/** The proxy lost its scope after the gateway had let the request through. */
async function refuseProxy(
  { recorder }: Pick<Deps, "recorder">,
  actor: Actor,
  { id, email }: SignedIn["account"],
  method: SessionStart["method"],
): Promise<never> {
  const { entryId } = await recordEntry(recorder, actor, {
    action: "session.refused",
    outcome: "denied",
    reason: "proxy without the scope console",
    target: { kind: "account", id, label: email },
    details: { email, method },
  });
  throw new AppError(
    "proxy.scope",
    "The proxy that passed this sign-in on is no longer trusted for the console. An administrator changes its scopes under Settings → Proxies.",
    { recordedAs: entryId },
  );
}
