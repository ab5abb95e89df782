import { AppError } from "@/lib/errors/app-error";
import type { Deps } from "@/lib/runtime/deps";
import { findIdentity, identityNotFound, type Identity } from "@/lib/identities/read-identities";

/**
 * An identity that machines can enroll for, for use cases that authorize by themselves. Errors:
 * `identity.not-found`, `identity.suspended`.
 */
export async function getEnrollable(deps: Pick<Deps, "db">, id: string): Promise<Identity> {
  const identity = await findIdentity(deps, id);
  if (identity === null || identity.kind === "system") throw identityNotFound();
  if (identity.status !== "active")
    throw new AppError(
      "identity.suspended",
      `${identity.name} is suspended. Activate the identity first.`,
    );
  return identity;
}
