import type { Deps } from "@/lib/deps";
import { findOrganization } from "./setup-repository";

const done = new WeakSet<object>();

/** Whether the first run is over: an administrator, an organisation, a root and an issuing authority exist. Never goes back to false. */
export async function isSetUp(deps: Pick<Deps, "db">): Promise<boolean> {
  if (done.has(deps.db)) return true;
  if ((await findOrganization(deps.db)) === null) return false;
  done.add(deps.db);
  return true;
}
