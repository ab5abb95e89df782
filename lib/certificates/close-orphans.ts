import { systemActor } from "@/lib/auth/actor";
import type { Actor } from "@/lib/auth/actor";
import { findAuthorityByKey } from "@/lib/authorities/find-authority-by-key";
import { finishAuthority } from "@/lib/authorities/finish-authority";
import { loadIssuer } from "@/lib/authorities/load-issuer";
import type { Deps } from "@/lib/deps";
import { isAppError } from "@/lib/errors/app-error";
import { findIdentity } from "@/lib/identities/find-identity";
import { newId } from "@/lib/ids";
import { recordEntry } from "@/lib/log/record";
import { findProfile } from "@/lib/profiles/find-profile";
import { findPending, findPlannedSupersession } from "./certificates-repository";
import type { PendingRow } from "./certificates-repository";
import { failPlan, finishIssuing } from "./finish-issuing";

const page = 200,
  graceMs = 60_000;
const started = new WeakSet<object>();

/** Why a plan cannot be finished any more; null if it can. */
async function obstacleOf(deps: Deps, row: PendingRow): Promise<string | null> {
  if (row.csrDer === null) return "its key was in the memory of a process that ended";
  if (row.notAfter < deps.clock.now()) return "it would have expired already";
  const [identity, profile, issuer] = await Promise.all([
    findIdentity(deps, row.identityId),
    findProfile(deps, row.profileId),
    loadIssuer(deps, row.issuerId, true),
  ]);
  if (identity?.status !== "active") return "its identity is suspended";
  if (profile?.status !== "active") return "its profile is retired";
  return issuer?.status === "active" ? null : "its authority does not issue any more";
}

async function closeOne(deps: Deps, actor: Actor, row: PendingRow): Promise<boolean> {
  const authority = await findAuthorityByKey(deps, row.spkiSha256);
  if (authority) return (await finishAuthority(deps, actor, authority.id)) !== null;
  const obstacle = await obstacleOf(deps, row);
  if (obstacle !== null)
    return (await failPlan(deps, actor, row, `interrupted, and ${obstacle}`)) !== null;
  await finishIssuing(deps, actor, {
    ...row,
    supersedeAt: await findPlannedSupersession(deps.db, row.planEntryId),
  });
  return true;
}

/** Every plan that was begun before this process, at its first call; later, every plan that has waited for a minute. */
function olderThan(deps: Deps): Date {
  const now = deps.clock.now();
  if (started.has(deps.db)) return new Date(now.getTime() - graceMs);
  started.add(deps.db);
  return now;
}

/**
 * Closes what a crash left between plan and signature: signed now, since the plan is on the record, or failed where that is not possible any
 * more. Each gets its entry, so nothing hangs between table and log. Returns how many were closed; one that cannot be is left for the next call.
 */
export async function closeOrphans(
  deps: Deps,
  before: Date = olderThan(deps),
): Promise<{ closed: number }> {
  const actor = systemActor("recovery", newId("req", deps.clock.now(), deps.random.bytes));
  let closed = 0,
    last = "";
  for (let full = true; full;) {
    const rows = await findPending(deps.db, before, last, page);
    for (const row of rows) {
      const done = await closeOne(deps, actor, row).catch((error: unknown) => {
        if (isAppError(error)) return false;
        throw error;
      });
      if (done) closed++;
      last = row.id;
    }
    full = rows.length === page;
  }
  if (closed > 0)
    await recordEntry(deps, actor, {
      action: "system.recovered",
      outcome: "success",
      target: null,
      details: { closed },
    });
  return { closed };
}
