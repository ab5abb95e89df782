import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { findIdentityByName, findIdentityRow } from "./identities-repository";
import type { IdentityRow } from "./identities-repository";

export type Identity = IdentityRow;

/** An identity by id, for other use cases, which authorise themselves. */
export async function findIdentity(deps: Pick<Deps, "db">, id: string): Promise<Identity | null> {
  return findIdentityRow(deps.db, id);
}

/** One of Chancery's own identities, by its name. */
export async function findSystemIdentity(
  deps: Pick<Deps, "db">,
  name: string,
): Promise<Identity | null> {
  return findIdentityByName(deps.db, "system", name);
}

export function noSuchIdentity(): AppError {
  return new AppError("identity.not-found", "There is no such identity.", { kind: "not-found" });
}
