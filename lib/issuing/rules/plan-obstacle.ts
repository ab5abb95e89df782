import { findIssuer } from "@/lib/authorities/find-issuer";
import { findIdentity } from "@/lib/identities/read-identities";
import { findProfile } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";
import type { PendingRow } from "@/lib/issuing/plan-repository";

/** Why a plan can no longer be signed; null if it can. */
export async function describeObstacle(
  deps: Pick<Deps, "db" | "clock">,
  row: PendingRow,
): Promise<string | null> {
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
