import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { removePower } from "@/lib/identities/confer-power";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { MaybeRecorded } from "@/lib/log/record/recorded";
import type { NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { noSuchPermission, permissionDto, permissionTarget } from "./permission-dto";
import { findPermissionRow, revokePermissionRow } from "./permission-repository";
import type { CaPermissionDto } from "./schema";

/**
 * Revokes a CA permission, at once: the signer signs nothing under it from then on. CA certificates
 * that exist stay valid until they are revoked. Revoking again changes nothing. Errors:
 * `ca-permission.not-found`.
 */
export async function revokeCaPermission(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  actor: Actor,
  id: string,
  comment = "",
): Promise<MaybeRecorded<CaPermissionDto>> {
  // Taking power away is open to operators, as revoking certificates is.
  if (authorize(actor, "certificates.revoke") !== "all") throw noSuchPermission();
  const row = await findPermissionRow(deps.db, id);
  if (row === null) throw noSuchPermission();
  const now = deps.clock.now();
  const { identityId } = row;
  const entry: NewEntry = {
    action: "ca-permission.revoked",
    outcome: "success",
    target: permissionTarget(id, row.identityName),
    details: { identityId, comment },
  };
  const committed = await auditedTransaction(deps.recorder, actor, async (tx) => {
    const through = { kind: "ca-permission", id, label: row.trustDomain } as const;
    const removal = { identityId, power: "ca", through, act: "revoke-ca" } as const;
    const removed = await removePower(tx, actor, removal);
    if (!(await revokePermissionRow(tx, id, now))) return null;
    return { result: null, entries: [entry, removed] };
  });
  const { entryId } =
    committed ?? (await recordEntry(deps.recorder, actor, { ...entry, reason: "no-change" }));
  return { result: permissionDto({ ...row, revokedAt: row.revokedAt ?? now }), entryId };
}
