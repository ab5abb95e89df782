import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { Recorded } from "@/lib/log/record/recorded";
import type { NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import type { EnrollmentSecretDto } from "./schema";
import { noSuchSecret, secretDto, secretTarget } from "./secret-dto";
import { findSecretById, revokeSecretRow } from "./secret-repository";

/**
 * Revokes an enrollment secret, at once: ACME accounts that it bound can do nothing from then on.
 * Certificates that were issued with it stay valid. Revoking again changes nothing. Errors: `enrollment.secret-not-found`.
 */
export async function revokeEnrollmentSecret(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  actor: Actor,
  id: string,
  comment = "",
): Promise<Recorded<EnrollmentSecretDto>> {
  authorize(actor, "identities.write");
  const row = await findSecretById(deps.db, id);
  if (row === null) throw noSuchSecret();
  const now = deps.clock.now();
  const entry: NewEntry = {
    action: "enrollment-secret.revoked",
    outcome: "success",
    target: secretTarget(id, row.identity),
    details: { identityId: row.identityId, comment },
  };
  const committed = await auditedTransaction(deps.recorder, actor, async (tx) =>
    (await revokeSecretRow(tx, id, now)) ? { result: null, entries: [entry] } : null,
  );
  const { entryId } =
    committed ?? (await recordEntry(deps.recorder, actor, { ...entry, reason: "revoked before" }));
  return { result: secretDto({ ...row, revokedAt: row.revokedAt ?? now }, now), entryId };
}
