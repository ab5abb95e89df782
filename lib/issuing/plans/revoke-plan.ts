import type { Actor } from "@/lib/access/actor";
import { revokeWithin } from "@/lib/certificates/revoke-within";
import type { EntryId } from "@/lib/format/ids";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import { makeRecorder } from "@/lib/log/record/recorder";
import type { Deps } from "@/lib/runtime/deps";
import { lockPending } from "@/lib/issuing/plan-repository";

/**
 * Closes a plan whose caller was told that nothing was issued, or was never told anything: its
 * serial number is revoked, because the signature may exist. Its predecessor can be rotated again.
 * Returns the entry's ID, or null if the plan is no longer pending.
 */
export async function revokePlan(
  { recorder, clock }: Pick<Deps, "recorder" | "clock">,
  actor: Actor,
  { id }: Readonly<{ id: string }>,
): Promise<EntryId | null> {
  // It is no act of the request, so it is not noted under the request's Idempotency-Key.
  const own = makeRecorder({ ...recorder, scope: null });
  const committed = await auditedTransaction(own, actor, async (tx) => {
    if (!(await lockPending(tx, id))) return null;
    const [entry, ...rest] = await revokeWithin(tx, [id], {
      reason: "cessationOfOperation",
      comment: "Interrupted before its caller got the certificate.",
      now: clock.now(),
    });
    return entry ? { result: null, entries: [entry, ...rest] } : null;
  });
  return committed && committed.entryId;
}
