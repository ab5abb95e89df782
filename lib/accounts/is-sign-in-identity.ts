import { hasAccount } from "@/lib/accounts/certificate-account-repository";
import type { Deps } from "@/lib/deps";

/** Whether certificates of that identity sign in to an account; for other use cases, which authorise themselves. */
export async function isSignInIdentity(
  deps: Pick<Deps, "db">,
  identityId: string,
): Promise<boolean> {
  return hasAccount(deps.db, identityId);
}
