import type { Deps } from "@/lib/deps";
import { makeStatusReader } from "@/lib/status/status-repository";
import type { StatusKey, StatusRow } from "@/lib/status/types";

/** Reads the row of a serial from the database; all that ask at the same time share one query. */
export function makeSerialReader(
  deps: Pick<Deps, "db">,
): (key: StatusKey) => Promise<StatusRow | null> {
  return makeStatusReader(deps.db);
}
