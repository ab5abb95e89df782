import type { Deps } from "@/lib/deps";
import { readLogSize } from "@/lib/status/status-repository";

/** How many entries the log holds, and up to which of them the search has come. */
export async function logSize(
  deps: Pick<Deps, "db">,
): Promise<Readonly<{ size: number; indexed: number }>> {
  return readLogSize(deps.db);
}
