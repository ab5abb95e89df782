import { systemActor, type Actor } from "@/lib/access/actor";
import type { ErrorCode } from "@/lib/errors/codes";
import { isAppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { Deps } from "@/lib/runtime/deps";
import { activateAuthority } from "./activate-authority";
import { findPendingAuthorityByKey } from "./authority-plan-repository";
import { findPending, findPendingById, type PendingRow } from "./plan-repository";
import { revokePlan } from "./plans/revoke-plan";
import { failPlan } from "./sign-plan";

const pageSize = 200;
/** Younger plans are left to the request that made them, or to its repetition. */
const graceMs = 60_000;

/**
 * Closes what was left between plan and signature. Nobody was told of such a certificate, or its
 * caller was told that it was not issued: it is revoked and never signed. What has a key that died
 * with its process is marked failed; the certificate of an authority is signed once the host
 * confirmed it. Each gets its entry, so table and log agree. Returns how many were closed; one that
 * can't be closed now is retried by the next call.
 */
export async function reconcilePendingIssuances(
  deps: Deps,
  before: Date = new Date(deps.clock.now().getTime() - graceMs),
): Promise<{ closed: number }> {
  const actor = systemActor("recovery", newId("req", deps.clock.now(), deps.random.bytes));
  let closed = 0;
  let lastId = "";
  for (let isFull = true; isFull;) {
    const rows = await findPending(deps.db, before, lastId, pageSize);
    for (const row of rows) {
      const isClosed = await reconcile(deps, actor, row).catch((error: unknown) => {
        if (isAppError(error)) return false;
        throw error;
      });
      if (isClosed) closed++;
      lastId = row.id;
    }
    isFull = rows.length === pageSize;
  }
  if (closed > 0)
    await recordEntry(deps.recorder, actor, {
      action: "system.recovered",
      outcome: "success",
      target: null,
      details: { closed },
    });
  return { closed };
}

/** Does the same for one certificate, if it is still pending: false if nothing was closed. */
export async function reconcilePendingIssuance(
  deps: Deps,
  actor: Actor,
  certificateId: string,
): Promise<boolean> {
  const row = await findPendingById(deps.db, certificateId);
  return row !== null && reconcile(deps, actor, row);
}

/** Why the planned certificate of a CA is never signed, by what the signer says. */
const closingCauses: Readonly<Partial<Record<ErrorCode, string>>> = {
  "signer.rejected": "rejected on the host",
  "signer.lifetime": "it was not confirmed in time",
};

/** False if another process finished it first. */
async function reconcile(deps: Deps, actor: Actor, row: PendingRow): Promise<boolean> {
  const authority = await findPendingAuthorityByKey(deps.db, row.spkiSha256);
  if (authority)
    return activateAuthority(deps, actor, authority.id).then(
      (entryId) => entryId !== null,
      async (error: unknown) => {
        const cause = isAppError(error) ? closingCauses[error.code] : undefined;
        if (cause === undefined) throw error;
        return (await failPlan(deps, actor, row, cause)) !== null;
      },
    );
  if (row.csrDer !== null) return (await revokePlan(deps, actor, row)) !== null;
  const cause = "interrupted, and its key was in the memory of a process that has exited";
  return (await failPlan(deps, actor, row, cause)) !== null;
}
