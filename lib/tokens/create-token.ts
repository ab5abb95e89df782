import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/ids";
import { auditedTransaction } from "@/lib/log/audited-transaction";
import { findTokenIdentity, insertToken } from "@/lib/tokens/token-repository";
import type { CreatedToken, TokenInput } from "@/lib/tokens/schema";
import { tokenDto, tokenTarget } from "@/lib/tokens/token-dto";
import { hashSecret, makeSecret } from "@/lib/tokens/token-secret";

/** Makes an API token. `secret` is in this answer alone; the database holds its hash. */
export async function createToken(
  deps: Pick<Deps, "db" | "clock" | "random">,
  actor: Actor,
  input: TokenInput,
): Promise<CreatedToken> {
  authorize(actor, "tokens.write");
  const identity =
    input.identityId === null ? null : await findTokenIdentity(deps.db, input.identityId);
  if (input.identityId !== null && (identity === null || identity.kind === "system"))
    throw refusal("identity.not-found", "There is no such identity.");
  if (identity !== null && identity.status !== "active")
    throw refusal("identity.suspended", `${identity.name} is suspended. Activate it first.`);
  const now = deps.clock.now();
  const secret = makeSecret(deps.random.bytes);
  const expiresAt =
    input.expiresInDays === null
      ? null
      : new Date(now.getTime() + input.expiresInDays * 86_400_000);
  const row = {
    id: newId("tok", now, deps.random.bytes),
    name: input.name,
    role: input.role,
    identityId: input.identityId,
    secretHash: hashSecret(secret),
    hint: secret.slice(0, 8),
    createdBy: actor.label,
    createdAt: now,
    expiresAt,
    revokedAt: null,
  };
  const { entryIds } = await auditedTransaction(deps, actor, async (tx) => {
    await insertToken(tx, row);
    const details = {
      name: row.name,
      role: row.role,
      identityId: row.identityId,
      expiresAt: expiresAt?.toISOString() ?? null,
    };
    return {
      result: null,
      entries: [{ action: "token.created", outcome: "success", target: tokenTarget(row), details }],
    };
  });
  const owner = identity === null ? null : { id: identity.id, name: identity.name };
  return { ...tokenDto({ ...row, identity: owner }, now), secret, entryId: entryIds[0] ?? "" };
}

function refusal(code: string, message: string): AppError {
  return new AppError(code, message, { findings: [{ code, path: "identityId", message }] });
}
