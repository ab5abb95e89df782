import type { Deps } from "@/lib/deps";
import {
  findIssuers,
  findNewestCrls,
  hasStatusChangeSince,
} from "@/lib/status/authority-repository";
import type { ServedCrl } from "@/lib/status/types";

/** The newest CRL of every authority and shard; of one authority alone if named. */
export async function loadCrls(
  deps: Pick<Deps, "db">,
  authorityId: string | null,
): Promise<readonly ServedCrl[]> {
  return findNewestCrls(deps.db, authorityId);
}

/** The authorities whose CRL a change of these certificates touches. */
export async function issuersOf(
  deps: Pick<Deps, "db">,
  certificateIds: readonly string[],
): Promise<readonly string[]> {
  return findIssuers(deps.db, certificateIds);
}

/** Whether the log tells of a revocation, hold or release that a CRL of this time may have missed. */
export async function mayHaveMissedChanges(
  deps: Pick<Deps, "db">,
  thisUpdate: Date,
): Promise<boolean> {
  // An entry carries the time of its act, which lies a moment before its commit.
  return hasStatusChangeSince(deps.db, new Date(thisUpdate.getTime() - 10_000));
}
