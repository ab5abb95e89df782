import { createHash } from "node:crypto";
import type { Actor } from "@/lib/auth/actor";
import { issuedEntry } from "@/lib/certificates/plan-row";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { formatIso } from "@/lib/format/time";
import { auditedTransaction } from "@/lib/log/audited-transaction";
import { activateAuthorityRow, findAuthorityRow, findOwnPlan } from "./authorities-repository";
import { authorityTarget } from "./authority-dto";
import { loadIssuer } from "./load-issuer";

type FinishDeps = Pick<Deps, "db" | "clock" | "random" | "signer">;

/**
 * Signs the recorded plan of a pending authority and puts it to work; also what a crash left pending. Does nothing for an active one.
 * Returns the id of the entry that activated it, or null. Errors: `authority.not-found`, those of the signer.
 */
export async function finishAuthority(
  deps: FinishDeps,
  actor: Actor,
  authorityId: string,
): Promise<string | null> {
  const authority = await findAuthorityRow(deps.db, authorityId);
  if (!authority)
    throw new AppError("authority.not-found", "There is no such authority.", { kind: "not-found" });
  const plan = await findOwnPlan(deps.db, authorityId);
  if (!plan) return null;
  const der = await deps.signer.signCertificate(plan.id);
  const signed = {
    der,
    fingerprintSha256: createHash("sha256").update(der).digest(),
    issuedAt: deps.clock.now(),
  };
  const { entryIds } = await auditedTransaction(deps, actor, async (tx) => {
    const isDone = await activateAuthorityRow(tx, authorityId, {
      id: plan.id,
      notAfter: plan.notAfter,
      signed,
    });
    if (!isDone)
      throw new AppError(
        "authority.active",
        "Somebody else finished this authority in the meantime.",
        { kind: "conflict" },
      );
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
  await loadIssuer(deps, authorityId, true);
  return entryIds[1] ?? null;
}
