import { sha256 } from "@/lib/format/hash";
import type { EntryId } from "@/lib/format/ids";
import type { Actor } from "@/lib/access/actor";
import { authorityTarget } from "@/lib/authorities/authority-dto";
import { findIssuer } from "@/lib/authorities/find-issuer";
import { findAuthority } from "@/lib/authorities/read-authorities";
import { AppError } from "@/lib/errors/app-error";
import { formatIso } from "@/lib/format/time";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import { activateAuthorityRow, findPendingAuthorityPlan } from "./authority-plan-repository";
import { issuedEntry } from "./issuance-plan";

/**
 * Signs the recorded plan of a pending authority and activates it; also finishes what a crash left
 * pending. Returns the id of the entry `authority.activated`, or null if the authority is active
 * already. Errors: `authority.not-found`, `authority.active`, those of the signer.
 */
export async function activateAuthority(
  deps: Pick<Deps, "db" | "clock" | "recorder" | "signer">,
  actor: Actor,
  authorityId: string,
): Promise<EntryId | null> {
  const authority = await findAuthority(deps, authorityId);
  if (!authority) throw new AppError("authority.not-found", "CA not found.");
  const plan = await findPendingAuthorityPlan(deps.db, authorityId);
  if (!plan) return null;
  const der = await deps.signer.signCertificate(plan.id);
  const fingerprintSha256 = sha256(der);
  const signed = { der, fingerprintSha256, issuedAt: deps.clock.now() };
  const certificate = { id: plan.id, notAfter: plan.notAfter, signed };
  const { entryIds } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    if (!(await activateAuthorityRow(tx, authorityId, certificate)))
      throw new AppError("authority.active", "This CA has just been activated by another process.");
    return {
      result: null,
      entries: [
        issuedEntry(plan, der),
        {
          action: "authority.activated",
          outcome: "success",
          target: authorityTarget(authority),
          details: { certificateId: plan.id, notAfter: formatIso(plan.notAfter) },
        },
      ],
    };
  });
  // Refreshes the cache, which may still hold the authority without its certificate.
  await findIssuer(deps, authorityId, true);
  return entryIds[1] ?? null;
}
