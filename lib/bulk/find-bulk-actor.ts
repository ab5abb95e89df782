import { type Actor, systemActor } from "@/lib/access/actor";
import { findAccountActor } from "@/lib/accounts/read-accounts";
import { findTokenActor } from "@/lib/tokens/find-token-actor";
import type { Deps } from "@/lib/runtime/deps";
import { mayRunBulk } from "./authorize-bulk";
import type { BulkHead } from "./bulk-repository";
import type { BulkAct } from "./schema";

export type BulkActor =
  | Readonly<{ actor: Actor; cause: null }>
  | Readonly<{ actor: null; cause: string }>;

/**
 * In whose name an item is changed: the one who started it, in the role and state of this moment,
 * or why that is over. The entries have the address and credential of the start.
 */
export async function findBulkActor(
  deps: Pick<Deps, "db" | "clock">,
  row: BulkHead,
): Promise<BulkActor> {
  const { address, secretDigest } = row.origin;
  const request = { address, requestId: row.id, correlationId: row.id };
  const found = await findActor(deps, row, request);
  if (found === null)
    return {
      actor: null,
      cause: `${row.actorLabel} can no longer ${row.actorKind === "token" ? "be used" : "sign in"}.`,
    };
  const actor = { ...found, ...(secretDigest === null ? {} : { secretDigest }) };
  if (!mayRunBulk(actor, row.act as BulkAct))
    return { actor: null, cause: `${row.actorLabel} no longer has the role for it.` };
  return { actor, cause: null };
}

function findActor(
  deps: Pick<Deps, "db" | "clock">,
  { actorKind, actorId }: BulkHead,
  request: Pick<Actor, "address" | "requestId" | "correlationId">,
): Promise<Actor | null> {
  if (actorKind === "user") return findAccountActor(deps, actorId, request);
  if (actorKind === "token") return findTokenActor(deps, actorId, request);
  return Promise.resolve(null);
}

/** Who ends a bulk action that is through. */
export const bulkSystemActor = (id: string): Actor => systemActor("bulk actions", id);
