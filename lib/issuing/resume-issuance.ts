import type { Actor } from "@/lib/access/actor";
import { describeCertificate, findCertificate } from "@/lib/certificates/get-certificate";
import type { CertificateDto } from "@/lib/certificates/schema";
import { isAppError } from "@/lib/errors/app-error";
import type { EntryId } from "@/lib/format/ids";
import type { MaybeRecorded } from "@/lib/log/record/recorded";
import type { Deps } from "@/lib/runtime/deps";
import { findPendingById, findPlannedSupersession } from "./plan-repository";
import { describeObstacle } from "@/lib/issuing/rules/plan-obstacle";
import { revokePlan } from "./plans/revoke-plan";
import { describeHandedOut } from "./server-key/key-notice";
import { signPlan } from "./sign-plan";

/**
 * The outcome of a request to issue or rotate whose earlier run committed a plan and was gone
 * before it answered: the certificate, signed now if it was not. Null if nothing was or can be
 * issued from the plan; it is then closed, and the request may be run again. Errors: as `signPlan`.
 */
export async function resumeIssuance(
  deps: Deps,
  actor: Actor,
  { targetId, entryId }: Readonly<{ targetId: string; entryId: string }>,
): Promise<MaybeRecorded<CertificateDto> | null> {
  const pending = await findPendingById(deps.db, targetId);
  const signedAs = pending === null ? null : await signPending(deps, actor, pending);
  const row = await findCertificate(deps, targetId);
  if (!row?.der) return null;
  return {
    result: {
      ...(await describeCertificate(deps, row)),
      ...describeHandedOut(row.serverKey ? "unknown" : undefined),
    },
    entryId: signedAs ?? (entryId as EntryId),
  };
}

async function signPending(
  deps: Deps,
  actor: Actor,
  pending: NonNullable<Awaited<ReturnType<typeof findPendingById>>>,
): Promise<EntryId | null> {
  if ((await describeObstacle(deps, pending)) !== null) return revokePlan(deps, actor, pending);
  const supersedeAt = await findPlannedSupersession(deps.db, pending.planEntryId);
  try {
    return (await signPlan(deps, actor, { ...pending, supersedeAt })).entryId;
  } catch (error) {
    // Closed in the meantime: the request is run again.
    if (isAppError(error) && closedCodes.has(error.code)) return null;
    throw error;
  }
}

const closedCodes: ReadonlySet<string> = new Set([
  "certificate.closed",
  "certificate.revoked-unissued",
]);
