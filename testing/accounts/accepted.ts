import { listExisting } from "@/lib/identities/acceptance-repository";
import { describeExisting } from "@/lib/identities/confer-power";
import type { Deps } from "@/lib/runtime/deps";

/** What an administrator accepts who confers power on the identity as it is now. */
export async function acceptedOf(
  deps: Pick<Deps, "db" | "clock">,
  identityId: string,
): Promise<string> {
  const [existing] = await listExisting(deps.db, [identityId], deps.clock.now());
  if (!existing) throw new Error(`there is no identity ${identityId}`);
  return describeExisting(existing).digest;
}
