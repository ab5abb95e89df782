import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { Recorded } from "@/lib/log/record/recorded";
import type { NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { acmeKeyDto, acmeKeyTarget, noSuchAcmeKey } from "./keys/acme-key-dto";
import { findAcmeKeyRow, revokeAcmeKeyRow } from "./acme-key-repository";
import type { AcmeKeyDto } from "./schema";

/**
 * Revokes an enrollment key: it makes no further account, and those that it made can do nothing
 * from then on. Certificates that were issued stay valid. Revoking again changes nothing. Errors:
 * `acme.key-not-found`.
 */
export async function revokeAcmeKey(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  actor: Actor,
  id: string,
  comment = "",
): Promise<Recorded<AcmeKeyDto>> {
  authorize(actor, "tokens.write");
  const row = await findAcmeKeyRow(deps.db, id);
  if (row === null) throw noSuchAcmeKey();
  const now = deps.clock.now();
  const entry: NewEntry = {
    action: "acme-key.revoked",
    outcome: "success",
    target: acmeKeyTarget(id, row.identity),
    details: { identityId: row.identityId, comment, accounts: row.accounts },
  };
  const committed = await auditedTransaction(deps.recorder, actor, async (tx) =>
    (await revokeAcmeKeyRow(tx, id, now)) ? { result: null, entries: [entry] } : null,
  );
  if (committed)
    return { result: acmeKeyDto({ ...row, revokedAt: now }, now), entryId: committed.entryId };
  const repeated = { ...entry, reason: "revoked before" };
  const { entryId } = await recordEntry(deps.recorder, actor, repeated);
  return { result: acmeKeyDto({ ...row, revokedAt: row.revokedAt ?? now }, now), entryId };
}
