import type { Deps } from "@/lib/runtime/deps";
import { findOrganization } from "./setup-repository";

const completed = new WeakSet<object>();

/**
 * Whether the setup is complete: an organization, an administrator, a root and an issuing authority
 * exist. Once true, it stays true.
 */
export async function isSetUp(deps: Pick<Deps, "db">): Promise<boolean> {
  if (completed.has(deps.db)) return true;
  if ((await findOrganization(deps.db)) === null) return false;
  completed.add(deps.db);
  return true;
}
