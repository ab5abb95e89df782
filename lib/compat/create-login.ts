import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { findIdentity } from "@/lib/identities/read-identities";
import { credentialDigest } from "@/lib/log/credential-digest";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Deps } from "@/lib/runtime/deps";
import { hashSecret, makeSecret } from "@/lib/tokens/token-secret";
import { findMakerEnd, insertLogin, type LoginRow } from "./login-repository";

/** A short-lived token. The secret is in this answer alone; the database holds its hash. */
export type CreatedLogin = Readonly<{
  id: string;
  secret: string;
  identity: Readonly<{ id: string; name: string }>;
  createdAt: Date;
  expiresAt: Date;
}>;

/** How long a login lasts at most; the database holds it too. */
const loginMs = 5 * 60_000;

/**
 * Logs the holder of a service token or a certificate in: a token for the compatible APIs alone that
 * lasts five minutes and never longer than its maker, is looked at together with it each time
 * (`authenticateLogin`), may do what it may do and makes no other. Errors:
 * `compat.identity-required`.
 */
export async function createLogin(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
  actor: Actor,
): Promise<Recorded<CreatedLogin>> {
  const scope = authorize(actor, "certificates.issue");
  const { kind, id, identityId } = actor;
  if (scope !== "own" || id === null || identityId === null) throw notOfIdentity();
  if (kind !== "token" && kind !== "certificate") throw notOfIdentity();
  const identity = await findIdentity(deps, identityId);
  if (identity === null) throw notOfIdentity();
  const maker = {
    tokenId: kind === "token" ? id : null,
    certificateId: kind === "certificate" ? id : null,
  };
  const end = await findMakerEnd(deps.db, maker);
  const now = deps.clock.now();
  const secret = makeSecret(deps.random.bytes);
  const row: LoginRow = {
    id: newId("lgn", now, deps.random.bytes),
    identityId,
    ...maker,
    secretHash: hashSecret(secret),
    createdAt: now,
    expiresAt: new Date(Math.min(now.getTime() + loginMs, end?.getTime() ?? Infinity)),
  };
  return auditedTransaction(deps.recorder, actor, async (tx) => {
    await insertLogin(tx, row);
    const { createdAt, expiresAt } = row;
    return {
      result: {
        id: row.id,
        secret,
        identity: { id: identityId, name: identity.name },
        createdAt,
        expiresAt,
      },
      entries: [
        {
          action: "login.created",
          outcome: "success",
          target: { kind: "login", id: row.id, label: identity.name },
          details: {
            identityId,
            by: kind,
            expiresAt: expiresAt.toISOString(),
            secretDigest: credentialDigest(Buffer.from(row.secretHash).toString("hex")),
            via: "vault",
          },
        },
      ],
    };
  });
}

const notOfIdentity = (): AppError =>
  new AppError(
    "compat.identity-required",
    "Log in with a token of role service or with the client certificate of an identity.",
  );
