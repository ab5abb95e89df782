import type { Actor } from "@/lib/access/actor";
import type { IssueInput } from "@/lib/certificates/request-schema";
import { type BulkHead, type BulkItem, insertResultWithin } from "@/lib/bulk/bulk-repository";
import { AppError } from "@/lib/errors/app-error";
import { issuanceRequest } from "@/lib/issuing/decide-issuance";
import { issueForRequest } from "@/lib/issuing/issue-for-request";
import { resumeIssuance } from "@/lib/issuing/resume-issuance";
import { makeRecorder } from "@/lib/log/record/recorder";
import { toPem } from "@/lib/pki/pem";
import type { Deps } from "@/lib/runtime/deps";
import { digestRequest } from "./decide-rows";
import { findRequest, listUnsigned } from "@/lib/bulk/requests-repository";

/**
 * Issues the certificate of one item, as its dry run showed it. The result commits with the plan,
 * so that no item is issued twice; `ended` is thrown if the bulk action is no longer running.
 * Errors: as `issueCertificate`, `bulk.changed` for a request that is not the recorded one.
 */
export async function issueItem(
  deps: Deps,
  actor: Actor,
  bulk: BulkHead,
  item: BulkItem,
  ended: Error,
): Promise<void> {
  const row = await findRequest(deps.db, bulk.id, item.n);
  if (row === null || digestRequest(row) !== item.id)
    throw new AppError("bulk.changed", "The request is not the one that was recorded.");
  const input = {
    profile: row.profileId,
    identity: row.identityId,
    csr: toPem("CERTIFICATE REQUEST", row.csrDer),
    addNames: row.addNames as Extract<IssueInput["addNames"], readonly unknown[]>,
    previewSha256: item.state,
  };
  const recorder = makeRecorder({ ...deps.recorder, scope: null });
  await issueForRequest({ ...deps, recorder }, actor, {
    ...issuanceRequest(actor, "all", input),
    storedWithPlan: async (tx, plan) => {
      const isNoted = await insertResultWithin(tx, {
        bulkId: bulk.id,
        n: item.n,
        outcome: "done",
        code: null,
        message: null,
        entryId: plan.planEntryId,
        certificateId: plan.id,
        at: deps.clock.now(),
      });
      if (!isNoted) throw ended;
      return [];
    },
  });
}

/** Signs what was planned when the process was gone. Errors: as `resumeIssuance`. */
export async function finishUnsigned(deps: Deps, actor: Actor, bulkId: string): Promise<void> {
  for (const { certificateId, entryId } of await listUnsigned(deps.db, bulkId))
    await resumeIssuance(deps, actor, { targetId: certificateId, entryId });
}
