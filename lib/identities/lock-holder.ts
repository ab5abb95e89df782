import type { Actor } from "@/lib/access/actor";
import { lockIdentity, type IdentityRow } from "./identity-repository";
import { requirePower } from "./power";
import { identityNotFound } from "./read-identities";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";

export type Holder = Pick<IdentityRow, "id" | "name">;

/**
 * Locks an identity whose names the actor wants to change. Errors: `identity.not-found`,
 * `identity.confers-power`.
 */
export async function lockHolder(tx: AuditedTx, actor: Actor, id: string): Promise<Holder> {
  const row = await lockIdentity(tx, id);
  if (!row) throw identityNotFound();
  await requirePower(tx, actor, id, "names");
  return row;
}
