import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { findIdentity, identityNotFound } from "@/lib/identities/read-identities";
import type { Deps } from "@/lib/runtime/deps";
import type { EnrollmentSecretList } from "./schema";
import { secretDto } from "./secret-dto";
import { listSecretRows } from "./secret-repository";

/** The enrollment secrets of an identity, newest first. Errors: `identity.not-found`. */
export async function listEnrollmentSecrets(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  identityId: string,
): Promise<EnrollmentSecretList> {
  authorize(actor, "identities.read");
  if ((await findIdentity(deps, identityId)) === null) throw identityNotFound();
  const rows = await listSecretRows(deps.db, identityId);
  const now = deps.clock.now();
  return { items: rows.map((row) => secretDto(row, now)), nextCursor: null };
}
