import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { findIdentity, identityNotFound } from "@/lib/identities/read-identities";
import type { Deps } from "@/lib/runtime/deps";
import { acmeKeyDto } from "./keys/acme-key-dto";
import { listAcmeKeyRows } from "./acme-key-repository";
import type { AcmeKeyList } from "./schema";

/** The enrollment keys of an identity, newest first. Errors: `identity.not-found`. */
export async function listAcmeKeys(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  identityId: string,
): Promise<AcmeKeyList> {
  authorize(actor, "tokens.read");
  if ((await findIdentity(deps, identityId)) === null) throw identityNotFound();
  const rows = await listAcmeKeyRows(deps.db, identityId);
  const now = deps.clock.now();
  return { items: rows.map((row) => acmeKeyDto(row, now)), nextCursor: null };
}
