import type { Recorded } from "@/lib/log/record/recorded";
import type { ErrorCode } from "@/lib/errors/codes";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { requirePower } from "@/lib/identities/power";
import { credentialDigest } from "@/lib/log/credential-digest";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import type { NewEntry } from "@/lib/log/types";
import { boundToken, type TokenMaker } from "./bound-token";
import { lockMaker } from "./lock-maker";
import type { CreatedToken, TokenInput } from "./schema";
import { tokenDto, tokenTarget } from "./token-dto";
import { findTokenIdentity, insertToken, type TokenRow } from "./token-repository";
import { hashSecret, makeSecret } from "./token-secret";

/**
 * Makes an API token that never outlives, outranks or is wider than its maker, and ends with it
 * (`boundToken`). `secret` is in this answer alone; the database holds its hash. Errors:
 * `token.identity-unknown`, `token.identity-suspended`, `token.maker-ended`,
 * `token.outranks-maker`, `token.outlives-maker`, `token.lineage-too-long`.
 */
export async function createToken(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
  actor: Actor,
  input: TokenInput,
): Promise<Recorded<CreatedToken>> {
  authorize(actor, "tokens.write");
  const identity = await findOwner(deps, input.identityId);
  const now = deps.clock.now();
  const secret = makeSecret(deps.random.bytes);
  const { result, entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    const maker = await lockMaker(tx, actor, now);
    const row = {
      id: newId("tok", now, deps.random.bytes),
      name: input.name,
      role: input.role,
      identityId: input.identityId,
      secretHash: hashSecret(secret),
      hint: secret.slice(0, 8),
      createdBy: actor.label,
      createdAt: now,
      revokedAt: null,
      ...boundToken(maker, input, now),
    };
    if (row.identityId !== null) await requirePower(tx, actor, row.identityId, "create-token");
    await insertToken(tx, row);
    const { parent, account } = maker;
    const made = {
      ...row,
      identity,
      lastUsedAt: null,
      parent: parent && { id: parent.id, name: parent.name },
      account: account && { id: account.id, email: account.email },
    };
    return { result: tokenDto(made, now), entries: [createdEntry(row, maker)] };
  });
  return { result: { ...result, secret }, entryId };
}

const createdEntry = (row: TokenRow, { parent, account }: TokenMaker): NewEntry => ({
  action: "token.created",
  outcome: "success",
  target: tokenTarget(row),
  details: {
    name: row.name,
    role: row.role,
    identityId: row.identityId,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    secretDigest: credentialDigest(Buffer.from(row.secretHash).toString("hex")),
    lineage: row.lineage.join(", "),
    ...(parent === null ? {} : { parent: tokenTarget(parent) }),
    ...(account === null ? {} : { account: { id: account.id, label: account.email } }),
  },
});

async function findOwner(
  deps: Pick<Deps, "db">,
  id: string | null,
): Promise<Readonly<{ id: string; name: string }> | null> {
  if (id === null) return null;
  const identity = await findTokenIdentity(deps.db, id);
  if (identity === null || identity.kind === "system")
    throw refusal("token.identity-unknown", "Identity not found.");
  if (identity.status !== "active")
    throw refusal("token.identity-suspended", `${identity.name} is suspended. Activate it first.`);
  return { id: identity.id, name: identity.name };
}

function refusal(code: ErrorCode, message: string): AppError {
  return new AppError(code, message, { findings: [{ code, path: "identityId", message }] });
}
