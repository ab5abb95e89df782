import type { Deps } from "@/lib/deps";
import { findPendingAuthorityByKey } from "./authorities-repository";

/** The pending authority whose key this is, by the SHA-256 of its public half; null for every other key. */
export async function findAuthorityByKey(
  deps: Pick<Deps, "db">,
  spkiSha256: Uint8Array,
): Promise<{ id: string } | null> {
  return findPendingAuthorityByKey(deps.db, spkiSha256);
}
