import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { findProfileRow } from "./profiles-repository";
import type { ProfileRow } from "./profiles-repository";

export type Profile = ProfileRow;

/** A profile by id or slug, for other use cases, which authorise themselves. */
export async function findProfile(deps: Pick<Deps, "db">, ref: string): Promise<Profile | null> {
  return findProfileRow(deps.db, ref);
}

export function noSuchProfile(): AppError {
  return new AppError("profile.not-found", "There is no such profile.", { kind: "not-found" });
}
