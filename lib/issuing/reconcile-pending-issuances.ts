import { systemActor, type Actor } from "@/lib/access/actor";
import { findIssuer } from "@/lib/authorities/find-issuer";
import type { ErrorCode } from "@/lib/errors/codes";
import { isAppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { findIdentity } from "@/lib/identities/read-identities";
import { recordEntry } from "@/lib/log/record/record-entry";
import { findProfile } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";
import { activateAuthority } from "./activate-authority";
import { findPendingAuthorityByKey } from "./authority-plan-repository";
import { findPending, findPlannedSupersession, type PendingRow } from "./plan-repository";
import { failPlan, signPlan } from "./sign-plan";

const pageSize = 200;
const graceMs = 60_000;
const startedDatabases = new WeakSet<object>();

/**
 * Finishes what a crash left between plan and signature: signs it, because its plan is recorded, or
 * marks it failed where it can no longer be signed. Each gets its entry, so table and log agree.
 * Returns how many were finished; one that can't be finished now is retried by the next call.
 *
 * The first call of a process covers every plan made before it; later calls leave plans younger
 * than a minute to the request that made them.
 */
export async function reconcilePendingIssuances(
  deps: Deps,
  before: Date = cutoff(deps),
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

function cutoff(deps: Pick<Deps, "db" | "clock">): Date {
  const now = deps.clock.now();
  if (startedDatabases.has(deps.db)) return new Date(now.getTime() - graceMs);
  startedDatabases.add(deps.db);
  return now;
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
  const obstacle = await obstacleTo(deps, row);
  if (obstacle !== null)
    return (await failPlan(deps, actor, row, `interrupted, and ${obstacle}`)) !== null;
  await signPlan(deps, actor, {
    ...row,
    supersedeAt: await findPlannedSupersession(deps.db, row.planEntryId),
  });
  return true;
}

/** Why a plan can no longer be signed; null if it can. */
async function obstacleTo(deps: Deps, row: PendingRow): Promise<string | null> {
  if (row.csrDer === null) return "its key was in the memory of a process that has exited";
  if (row.notAfter < deps.clock.now()) return "it would have expired already";
  const [identity, profile, issuer] = await Promise.all([
    findIdentity(deps, row.identityId),
    findProfile(deps, row.profileId),
    findIssuer(deps, row.issuerId, true),
  ]);
  if (identity?.status !== "active") return "its identity is suspended";
  if (profile?.status !== "active") return "its profile is retired";
  return issuer?.status === "active" ? null : "its authority no longer issues";
}
